"""RNN: a simple recurrent layer over sequences, time first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.layers.common.inner_product import product
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
def rnn(gates: Any, keep: Any, h: Any, kernel: Any) -> Any:
    """Return the hidden states at all times, each tanh(gates + kernel · the state before it).

    Args:
        gates: the inputs' part, (T, N, H).
        keep: the markers (T, N, 1).
        h: the hidden state before the first time, (N, H).
        kernel: the weights from h to h, (H, H).
    """
    _, (hidden,) = over_time(partial(_step, kernel), (gates, keep), (h,), outputs=1)

    def gradient(upstream: Any) -> tuple[Any, ...]:
        back = partial(_step_back, tf.linalg.matrix_transpose(kernel))
        sequences = (upstream, 1 - tf.square(hidden), keep)
        zeros = (tf.zeros_like(h),)
        _, (grads,) = over_time(back, sequences, zeros, outputs=1, backwards=True)
        rows = as_rows(keep * before(h, hidden))
        return grads, None, None, tf.matmul(rows, as_rows(grads), transpose_a=True)

    return hidden, gradient


def _step(kernel: Any, values: Any, states: Any) -> Any:
    (gates, keep), (h,) = values, states
    h = tf.tanh(gates + tf.matmul(keep * h, kernel))
    return (h,), (h,)


def _step_back(transposed: Any, values: Any, states: Any) -> Any:
    (upstream, slopes, keep), (dh,) = values, states
    grads = (upstream + dh) * slopes
    return (keep * tf.matmul(grads, transposed),), (grads,)


@keras.saving.register_keras_serializable("owltf")
class RNNOverTime(Recurrent):
    """Computes h = tanh(inputs + W h) at each time, and the outputs tanh(V h + b)."""

    cell = "rnn"
    gates = 1
    states = 1

    def build(self, input_shape: Sequence[Sequence[int]]) -> None:
        """Add the weights, in Caffe's order."""
        super().build(input_shape)
        self.output_kernel = self._matrix("output_kernel", self.units, self.units)
        self.output_bias = self.add_weight(
            name="output_bias", shape=(self.units,), initializer="zeros"
        )

    def over_time(self, gates: Any, keep: Any, first: Any) -> Any:
        """Return the outputs at all times, and the last h."""
        hidden = rnn(gates, keep, *first, tf.convert_to_tensor(self.recurrent_kernel))
        rows = product(as_rows(hidden), tf.convert_to_tensor(self.output_kernel))
        outputs = tf.tanh(rows + self.output_bias)
        return tf.reshape(outputs, tf.shape(hidden)), [hidden[-1]]


class RNN(RecurrentConverter):
    """A simple recurrent layer over sequences, with the markers of Caffe.

    The bottoms are x (T, N, ...), markers (T, N) of which 0 begins a sequence, and maybe a static
    input (N, ...). With `expose_hidden` the state h is the last bottom and the last top.
    """

    caffe_type = "RNN"
    params = (
        *INPUT_BLOBS,
        ParamBlob("recurrent_kernel", caffe="oi", keras="io"),
        ParamBlob("output_kernel", caffe="oi", keras="io"),
        ParamBlob("output_bias"),
    )
    tops = (1, 2)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs of the input, of the static input, of h and of the output."""
        return with_static(self.params, layer, RNNOverTime.states)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return the outputs (T, N, num_output), and with `expose_hidden` the last state."""
        return build(layer, layer.parameter.recurrent_param, RNNOverTime, bottoms)

    def onnx(self, node: OnnxNode) -> None:
        """Write tanh(inputs + W h) one time after the other, then tanh(V h + b) for all at once."""
        *inputs, recurrent, output, bias = node.blobs
        matrix = node.constant("recurrent", recurrent.T)
        (h,) = first_states(node, 1)
        hidden = []
        for time, (gates, keep) in enumerate(times(node, inputs)):
            total = with_before(node, gates, keep, h, matrix, f"{time}")
            h = node.add("Tanh", total, part=f"{time}:h")
            hidden.append(h)
        all_times = node.add("Concat", *hidden, part="hidden", axis=0)
        rows = node.add("MatMul", all_times, node.constant("output", output.T), part="rows")
        node.add("Tanh", node.add("Add", rows, node.constant("bias", bias), part="shifted"))
        expose(node, [h])
