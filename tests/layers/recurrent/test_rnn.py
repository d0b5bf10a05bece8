"""RNN against real Caffe, and its gradient against TensorFlow's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from oracle_case import assert_close, check_case
from recurrent_case import MARKERS, RNN, STREAMS, TIME, UNITS, random

from owltf.layers.recurrent.rnn import rnn
from owltf.testing import net_of


def test_rnn_gives_caffes_figures() -> None:
    check_case("rnn")


def test_blobs_have_caffes_order_and_shapes() -> None:
    net = net_of(RNN.net(RNN.bottoms(static=True)))
    wanted = [blob.shape for blob in RNN.params(static=True)]
    assert [param.shape for param in net.params] == wanted


def test_each_blob_has_its_filler() -> None:
    fillers = 'weight_filler { type: "constant" value: 2 } bias_filler { type: "constant" value: 3}'
    net = net_of(RNN.net(RNN.bottoms(static=True), fields=fillers))
    assert [float(param.get().max()) for param in net.params] == [2, 3, 2, 2, 2, 3]


def test_the_gradient_is_that_of_the_loop() -> None:
    gates, h, kernel = random(TIME, STREAMS, UNITS), random(STREAMS, UNITS), random(UNITS, UNITS)
    values = [tf.constant(each) for each in (gates, MARKERS[..., np.newaxis], h, kernel)]
    upstream = tf.constant(random(TIME, STREAMS, UNITS))
    got, wanted = (gradients(function, values, upstream) for function in (rnn, plain_rnn))
    for ours, tensorflows in zip(got, wanted, strict=True):
        assert_close(ours.numpy(), tensorflows.numpy())


def gradients(function: Any, values: list[tf.Tensor], upstream: tf.Tensor) -> list[tf.Tensor]:
    gates, *_, kernel = values
    with tf.GradientTape() as tape:
        tape.watch([gates, kernel])
        hidden = function(*values)
    return tape.gradient(hidden, [gates, kernel], upstream)


def plain_rnn(gates: Any, keep: Any, h: Any, kernel: Any) -> Any:
    hidden = []
    for gate, kept in zip(tf.unstack(gates), tf.unstack(keep), strict=True):
        h = tf.tanh(gate + tf.matmul(kept * h, kernel))
        hidden.append(h)
    return tf.stack(hidden)
