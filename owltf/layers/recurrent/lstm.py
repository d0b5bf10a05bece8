"""LSTM: long short-term memory over a time-major batch of sequences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.layers.recurrent.lstm_unit import activated, add_unit
from owltf.layers.recurrent.onnx_times import expose, first_states, times, with_before
from owltf.layers.recurrent.over_time import as_rows, before, over_time
from owltf.layers.recurrent.recurrent import INPUT_BLOBS, Recurrent, build, with_static


@tf.custom_gradient
def lstm(gates: Any, keep: Any, h: Any, c: Any, kernel: Any) -> Any:
    """Return the hidden states and the cells at all times.

    The gradient takes one product per step, all else of it is computed for all times at once: that
    is up to twice as fast as TensorFlow's own of the same loop.

    Args:
        gates: what the inputs add to the gates i, f, o, g: (T, N, 4H).
        keep: the markers (T, N, 1).
        h: the hidden state before the first time, (N, H).
        c: the cells before it, (N, H).
        kernel: the weights from h to the gates, (H, 4H).
    """
    step = partial(_step, kernel)
    _, (hidden, cells, opened, candidates) = over_time(step, (gates, keep), (h, c), outputs=4)

    def gradient(upstream: Any, _: Any) -> tuple[Any, ...]:
        before_h, before_c = keep * before(h, hidden), keep * before(c, cells)
        slopes, from_h, to_before = _slopes(opened, candidates, cells, before_c, keep)
        sequences = (upstream, slopes, from_h, to_before, keep)
        # Transposed once; a product with the transpose in each step is slower.
        back = partial(_step_back, tf.linalg.matrix_transpose(kernel))
        zeros = (tf.zeros_like(h), tf.zeros_like(c))
        _, (grads,) = over_time(back, sequences, zeros, outputs=1, backwards=True)
        weights = tf.matmul(as_rows(before_h), as_rows(grads), transpose_a=True)
        return grads, None, None, None, weights

    return (hidden, cells), gradient


def _step(kernel: Any, values: Any, states: Any) -> Any:
    (gates, keep), (h, c) = values, states
    opened, candidate = activated(gates + tf.matmul(keep * h, kernel))
    enter, forget, leave = tf.split(opened, 3, -1)
    c = forget * (keep * c) + enter * candidate
    h = leave * tf.tanh(c)
    return (h, c), (h, c, opened, candidate)


def _slopes(opened: Any, candidates: Any, cells: Any, before_c: Any, keep: Any) -> Any:
    """Return how the gates' inputs, the cells and the cells before move the cells or h.

    Returns:
        For i, f, g the slope of the cells, for o that of h, side by side in the order i, f, o, g;
        the slope of h by the cells; that of the cells by those before.
    """
    enter, forget, leave = tf.split(opened, 3, -1)
    squashed = tf.tanh(cells)
    outer = tf.concat([candidates, before_c, squashed], -1)
    slopes = outer * opened * (1 - opened)
    slopes = tf.concat([slopes, enter * (1 - tf.square(candidates))], -1)
    return slopes, leave * (1 - tf.square(squashed)), forget * keep


def _step_back(transposed: Any, values: Any, states: Any) -> Any:
    (upstream, slopes, from_h, to_before, keep), (dh, dc) = values, states
    dh += upstream
    dc += dh * from_h
    grads = tf.concat([dc, dc, dh, dc], -1) * slopes
    return (keep * tf.matmul(grads, transposed), dc * to_before), (grads,)


@keras.saving.register_keras_serializable("owltf")
class LSTMOverTime(Recurrent):
    """An LSTM with Caffe's gates i, f, o, g; its states are h and c."""

    cell = "lstm"
    gates = 4
    states = 2

    def over_time(self, gates: Any, keep: Any, first: Any) -> Any:
        """Return h at all times, and the last h and c."""
        kernel = tf.convert_to_tensor(self.recurrent_kernel)
        hidden, cells = lstm(gates, keep, *first, kernel)
        return hidden, [hidden[-1], cells[-1]]


class LSTM(LayerConverter):
    """Bottoms x (T, N, ...) and markers (T, N), then a static input (N, ...), then states.

    A marker of 0 begins a sequence. With `expose_hidden` h and c are the last bottoms and tops.
    """

    caffe_type = "LSTM"
    params = (*INPUT_BLOBS, ParamBlob("recurrent_kernel", caffe="oi", keras="io"))
    bottoms = (2, None)
    tops = (1, 3)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the weights of the input, its bias, those of the static input, and of h."""
        return with_static(self.params, layer, LSTMOverTime.states)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return h at all times (T, N, num_output), and the last states where they are exposed."""
        return build(layer, layer.parameter.recurrent_param, LSTMOverTime, bottoms)

    def onnx(self, node: OnnxNode) -> None:
        """Write the gates i, f, o, g and the cells, one time after the other."""
        *inputs, recurrent = node.blobs
        matrix = node.constant("recurrent", recurrent.T)
        h, c = first_states(node, 2)
        hidden = []
        for time, (gates, keep) in enumerate(times(node, inputs)):
            total = with_before(node, gates, keep, h, matrix, f"{time}")
            kept = node.add("Mul", keep, c, part=f"{time}:kept_c")
            c, h = (f"{node.top}:{time}:{word}" for word in "ch")
            add_unit(node, kept, total, c, h)
            hidden.append(h)
        node.add("Concat", *hidden, axis=0)
        expose(node, [h, c])

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return that the first axis is time."""
        return True

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the markers are 0 or 1."""
        return {1: 2}
