"""A model that is split gives what the whole one gives, and hands little on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.keras_internals import calls_in_order, outputs_of
from owltf.net.model_segments import ModelSegment, split
from owltf.net.net import Net
from owltf.testing.nets import net_of

INPUT = """layer { name: "x" type: "Input" top: "x" top: "label"
  input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } shape { dim: 2 } } }
"""
CONV = """layer { name: "conv%d" type: "Convolution" bottom: "%s" top: "conv%d"
  convolution_param { num_output: 8 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "tanh%d" type: "TanH" bottom: "conv%d" top: "conv%d" }
"""
# What the first layer makes is read again by the last one.
END = """layer { name: "sum" type: "Eltwise" bottom: "conv0" bottom: "conv5" top: "sum" }
layer { name: "pool" type: "Pooling" bottom: "sum" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "pool" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "pool" bottom: "label" top: "accuracy" }
"""


@pytest.fixture(scope="module")
def net() -> Net:
    convs = [CONV % (n, f"conv{n - 1}" if n else "x", *[n] * 4) for n in range(6)]
    return net_of(INPUT + "".join(convs) + END, "TRAIN")


@pytest.fixture(scope="module")
def segments(net: Net) -> list[ModelSegment]:
    return split(net.loss_model, outputs_of(net.loss_model)[1])


def test_they_give_what_the_whole_gives(net: Net, segments: list[ModelSegment]) -> None:
    rng = np.random.default_rng(1)
    batch = {"x": rng.standard_normal((2, 3, 8, 8)).astype("f"), "label": np.float32([1, 3])}
    inputs = net.loss_model.input.items()
    values: dict[int, Any] = {id(tensor): tf.constant(batch[name]) for name, tensor in inputs}
    for segment in segments:
        made = segment.model([values[id(tensor)] for tensor in segment.taken])
        pairs = zip(segment.made, tf.nest.flatten(made), strict=True)
        values.update({id(tensor): value for tensor, value in pairs})
    outputs, losses, _ = net.loss_model(batch)
    wanted = [*outputs.values(), *losses]
    found_outputs, found_losses, _ = outputs_of(net.loss_model)
    found = [values[id(tensor)] for tensor in (*found_outputs.values(), *found_losses)]
    for got, right in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(got, right)


def test_they_hand_on_less_than_they_make(net: Net, segments: list[ModelSegment]) -> None:
    made = sum(len(call.outputs) for call in calls_in_order(net.loss_model))
    assert 1 < len(segments) < 8
    assert sum(len(segment.made) for segment in segments) < made / 2


def test_what_no_loss_needs_is_not_computed_again(net: Net, segments: list[ModelSegment]) -> None:
    names = {layer.name for segment in segments for layer in segment.again.layers}
    assert {"conv0", "conv5", "loss"} <= names
    assert "accuracy" not in names
    assert "accuracy" in {layer.name for segment in segments for layer in segment.model.layers}
