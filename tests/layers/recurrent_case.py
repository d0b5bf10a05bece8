"""Recurrent layers as plain loops, and random bottoms for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from oracle_case import one_layer

TIME, STREAMS, SIZE, STATIC, UNITS = 5, 3, 4, 6, 2
RNG = np.random.default_rng(5)
# A sequence begins in the middle, and one goes on from before the first step.
MARKERS = np.array([[0, 1, 0], [1, 1, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], np.float32)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm_loop(
    x: np.ndarray,
    markers: np.ndarray,
    params: Sequence[np.ndarray],
    states: Sequence[np.ndarray],
    static: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Return h at all times, and the last h and c."""
    weights, bias, *more, recurrent = params
    (h, c), tops = states, []
    for row, marker in zip(x, markers[..., np.newaxis], strict=True):
        gates = row.reshape(len(row), -1) @ weights.T + bias + (marker * h) @ recurrent.T
        gates = gates if static is None else gates + static.reshape(len(row), -1) @ more[0].T
        i, f, o, g = np.split(gates, 4, axis=1)
        c = marker * sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        tops.append(h)
    return [np.stack(tops), h, c]


def rnn_loop(
    x: np.ndarray,
    markers: np.ndarray,
    params: Sequence[np.ndarray],
    states: Sequence[np.ndarray],
    static: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Return the outputs at all times, and the last h."""
    weights, bias, *more, recurrent, output, output_bias = params
    (h,), tops = states, []
    for row, marker in zip(x, markers[..., np.newaxis], strict=True):
        total = row.reshape(len(row), -1) @ weights.T + bias + (marker * h) @ recurrent.T
        total = total if static is None else total + static.reshape(len(row), -1) @ more[0].T
        h = np.tanh(total)
        tops.append(np.tanh(h @ output.T + output_bias))
    return [np.stack(tops), h]


@dataclass(frozen=True)
class Kind:
    """LSTM or RNN.

    Attributes:
        name: the layer's type.
        states: how many states it has.
        loop: the plain loop.
        shapes: the shapes of its blobs after those of the inputs.
        gates: how many gates the inputs go to.
    """

    name: str
    states: int
    loop: Any
    shapes: Sequence[tuple[int, ...]]
    gates: int
    axes: tuple[int, ...] = field(default=(SIZE,))

    def params(self, *, static: bool = False) -> list[np.ndarray]:
        """Return random blobs in Caffe's order."""
        width = self.gates * UNITS
        shapes = [(width, int(np.prod(self.axes))), (width,)]
        shapes += [(width, STATIC)] if static else []
        return [random(*shape) for shape in [*shapes, *self.shapes]]

    def bottoms(self, *, static: bool = False, exposed: bool = False) -> list[np.ndarray]:
        """Return random bottoms."""
        more = [random(STREAMS, STATIC)] if static else []
        more += [random(1, STREAMS, UNITS)] * self.states if exposed else []
        return [random(TIME, STREAMS, *self.axes), MARKERS, *more]

    def net(self, bottoms: Sequence[np.ndarray], *, exposed: bool = False, fields: str = "") -> str:
        """Return a net of one layer."""
        param = f"num_output: {UNITS} expose_hidden: {str(exposed).lower()} {fields}"
        tops = 1 + self.states if exposed else 1
        shapes = [bottom.shape for bottom in bottoms]
        layer = f'type: "{self.name}" recurrent_param {{ {param} }}'
        return one_layer(layer, *shapes, tops=tops)

    def looped(
        self, bottoms: Sequence[np.ndarray], params: Sequence[np.ndarray], *, static: bool = False
    ) -> list[np.ndarray]:
        """Return the tops, states included, that a plain loop gives."""
        x, markers, *others = bottoms
        given = others.pop(0) if static else None
        zeros = [np.zeros((1, STREAMS, UNITS))] * self.states
        states = [state[0] for state in others or zeros]
        top, *last = self.loop(x, markers, params, states, given)
        return [top, *(state[np.newaxis] for state in last)]


def random(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


LSTM = Kind("LSTM", 2, lstm_loop, [(4 * UNITS, UNITS)], 4)
RNN = Kind("RNN", 1, rnn_loop, [(UNITS, UNITS), (UNITS, UNITS), (UNITS,)], 1)
