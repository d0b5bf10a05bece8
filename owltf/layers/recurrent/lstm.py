"""LSTM: a long short-term memory layer over sequences, time first."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.layers.recurrent.lstm_unit import activated, add_unit
from owltf.layers.recurrent.onnx_times import expose, first_states, times, with_before
from owltf.layers.recurrent.over_time import as_rows, before, over_time
from owltf.layers.recurrent.recurrent import (
    INPUT_BLOBS,
    Recurrent,
    RecurrentConverter,
    build,
    with_static,
)


@tf.custom_gradient
def lstm(gates: Any, keep: Any, h: Any, c: Any, kernel: Any) -> Any:
    """Return the hidden states and the cells of an LSTM at all times.

    The gradient has one matrix product per step; the rest is computed for all times at once. It is
    up to twice as fast as the gradient that TensorFlow makes of the same loop.

    Args:
        gates: the inputs' part of the gates i, f, o, g: (T, N, 4H).
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
        # Transposing it once is faster than a product with the transpose in each step.
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
    """Return derivatives of the cells and of h by the gates' inputs and by the cells.

    Returns:
        Those of the cells by i, f and g, and of h by o, side by side in the order i, f, o, g;
        those of h by the cells; those of the cells by the cells one step before.
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
    """An LSTM with Caffe's gates in the order i, f, o, g; its states are h and c."""

    cell = "lstm"
    gates = 4
    states = 2

    def over_time(self, gates: Any, keep: Any, first: Any) -> Any:
        """Return h at all times, and the last h and c."""
        kernel = tf.convert_to_tensor(self.recurrent_kernel)
        hidden, cells = lstm(gates, keep, *first, kernel)
        return hidden, [hidden[-1], cells[-1]]


class LSTM(RecurrentConverter):
    """A long short-term memory layer over sequences, with the markers of Caffe.

    The bottoms are x (T, N, ...), markers (T, N) of which 0 begins a sequence, and maybe a static
    input (N, ...). With `expose_hidden` the states h and c are the last bottoms and tops.
    """

    caffe_type = "LSTM"
    params = (*INPUT_BLOBS, ParamBlob("recurrent_kernel", caffe="oi", keras="io"))
    tops = (1, 3)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the weights of the input, its bias, the weights of the static input, and of h."""
        return with_static(self.params, layer, LSTMOverTime.states)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return h at all times (T, N, num_output), and with `expose_hidden` the last states."""
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
