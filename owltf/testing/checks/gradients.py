"""Checks a layer's gradients against central differences, the slopes measured with small steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.runtime.user_errors import user_errors
from owltf.testing.case import Arrays, BlobNames, LayerCase
from owltf.testing.layer_run import LayerRun, first_pass, inputs_of, layer_tensors
from owltf.testing.nets import LAYER

# A smaller step loses digits: with this one, float32 sums of some hundred terms keep three digits.
STEP = 1e-3
DIRECTIONS = 3
TOLERANCE = 5e-3
# The number of values that are compared one by one to say where a gradient is wrong.
MOST_COMPARED = 200


@user_errors()
def check_gradients(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phase: str = "TRAIN",
    no_gradient: Collection[int] = (),
    draws: bool = False,
) -> LayerRun:
    """Compare the gradient of every bottom and parameter with central differences.

    They are taken along the gradient itself and along three random directions, so that the time
    does not grow with the arrays. Where a maximum or a sign changes within a step, the slope of
    either side is accepted.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        top_grads: a gradient for each top; random if absent, unless the layer is a loss.
        phase: "TRAIN" or "TEST".
        no_gradient: the indices of bottoms without a gradient, such as labels.
        draws: whether the layer draws random numbers by `current_step().uniform`.

    Raises:
        AssertionError: if a gradient is missing, or differs from the slope.
    """
    case = LayerCase.of(net, bottoms, params, top_grads, phase=phase, draws=draws)
    return check_slopes(with_top_grads(case), no_gradient)


def with_top_grads(case: LayerCase) -> LayerCase:
    """Return the case with random gradients on its tops, unless it has gradients or is a loss."""
    if case.top_grads is not None or case.built.losses:
        return case
    rng = np.random.default_rng(7)
    tops = case.run().tops
    grads = [np.asarray(rng.standard_normal(top.shape), np.float32) for top in tops]
    return replace(case, top_grads=grads)


def check_slopes(case: LayerCase, no_gradient: Collection[int]) -> LayerRun:
    """Check the gradients of a case that is a loss or has a gradient on each top."""
    run, objective = case.run(), Objective(case)
    for index, grad in enumerate(run.bottom_grads):
        objective.check_presence(index, grad, index not in no_gradient)
        if grad is not None:
            objective.check("bottom", index, grad)
    for index, grad in enumerate(run.param_grads):
        if grad is not None:
            objective.check("param", index, grad)
    return run


class Objective:
    """The scalar function of bottoms and parameters whose gradients a layer computes.

    It is the sum of top * top_grad, or a loss times its weight, added up in float64.

    Args:
        case: the layer, with a gradient for each top unless it is a loss.
    """

    def __init__(self, case: LayerCase) -> None:
        self._case, self._net = case, case.build()
        self._names = BlobNames(self._net)
        losses = self._net.losses
        given = case.top_grads is not None
        tensors = layer_tensors(self._net) if given else [loss.tensor for loss in losses]
        self._model = self._net.model_of_tensors(tensors)
        self._factors = case.top_grads if given else [loss.weight for loss in losses]
        # They are set anew before each pass, as a pass may change them: BatchNorm's does.
        self._params = self._net.get_params().get(LAYER, [])

    def __call__(self, bottoms: Arrays, params: Arrays) -> float:
        """Return the value of the function."""
        if params:
            self._net.set_params({LAYER: params})
        with first_pass(self._case.draws):
            feeds = inputs_of(self._net, bottoms)
            tops = tf.nest.flatten(self._model(feeds, training=self._net.phase == "TRAIN"))
        pairs = zip(tops, self._factors or (), strict=True)
        return float(sum(np.sum(top.numpy().astype(np.float64) * factor) for top, factor in pairs))

    def check_presence(self, index: int, grad: np.ndarray | None, wanted: bool) -> None:
        """Assert that a bottom has a gradient if it should have one, and else has none."""
        if (grad is not None) != wanted:
            found = "there is none" if wanted else "there is one"
            raise AssertionError(
                f"every bottom has a gradient but those that `no_gradient` lists; "
                f"{self._names('bottom', index)}: {found}"
            )

    def check(self, what: str, index: int, grad: np.ndarray) -> None:
        """Assert that a gradient is this function's slope along a few directions.

        Args:
            what: "bottom" or "param".
            index: its index.
            grad: its gradient.
        """
        for direction in _directions(grad):
            got, slope, allowed = self._slope(what, index, grad, direction)
            if not abs(got - slope) <= allowed:
                raise AssertionError(
                    f"a gradient must be the slope of the tops; gradient of "
                    f"{self._names(what, index)}: {self._worst(what, index, grad)}"
                    f"along a direction got {got:.6g}, slope {slope:.6g}"
                )

    def _slope(
        self, what: str, index: int, grad: np.ndarray, direction: np.ndarray
    ) -> tuple[float, float, float]:
        """Return the slope by the gradient, the slope measured, and the difference allowed."""
        # If a maximum or a sign changes within the step, the measured slope lies between those of
        # both sides, and `bend` is half their difference.
        before, here, after = (self._at(what, index, step * direction) for step in (-1, 0, 1))
        slope = (after - before) / (2 * STEP)
        bend = abs(after - 2 * here + before) / (2 * STEP)
        got = float(np.sum(grad.astype(np.float64) * direction))
        return got, slope, TOLERANCE * float(np.linalg.norm(grad)) + 1.01 * bend + 1e-4

    def _worst(self, what: str, index: int, grad: np.ndarray) -> str:
        """Return words for the single value whose slope differs most from the gradient."""
        far = [
            (abs(got - slope), f"at {place}: got {got:.6g}, slope {slope:.6g}; ")
            for place in list(np.ndindex(grad.shape))[:MOST_COMPARED]
            for got, slope, _ in [self._slope(what, index, grad, _along(place, grad.shape))]
        ]
        return max(far)[1] if grad.ndim and far else ""

    def _at(self, what: str, index: int, direction: np.ndarray) -> float:
        groups = {"bottom": list(self._case.bottoms), "param": list(self._params)}
        groups[what][index] = groups[what][index] + STEP * direction
        return self(groups["bottom"], groups["param"])


def _along(place: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    direction = np.zeros(shape)
    direction[place] = 1
    return direction


def _directions(grad: np.ndarray) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(1)
    size = float(np.sqrt(np.mean(np.square(grad, dtype=np.float64)))) if grad.size else 0
    if size > 0:
        yield grad / size
    for _ in range(DIRECTIONS):
        yield rng.standard_normal(grad.shape)
