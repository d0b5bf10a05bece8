"""What layers cost: counts are exact, times are there where something is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.api import load_net
from owltf.inference.layer_times import LayerTime, layer_times, net_inputs, whole_time

NET = """
name: "small"
layer { name: "x" type: "Input" top: "x" top: "y"
  input_param { shape { dim: 4 dim: 3 dim: 8 dim: 8 } shape { dim: 4 } } }
layer { name: "frozen" type: "Convolution" bottom: "x" top: "c" param { lr_mult: 0 }
  param { lr_mult: 0 } convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "c" top: "c" }
layer { name: "ip" type: "InnerProduct" bottom: "c" top: "ip"
  inner_product_param { num_output: 5 } }
layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "y" top: "accuracy" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "y" top: "loss" }
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LayerTime]:
    file: Path = tmp_path_factory.mktemp("net") / "net.prototxt"
    file.write_text(NET)
    net = load_net(file, phase="TRAIN")
    inputs = net_inputs(net)
    layers = list(layer_times(net, inputs, 1))
    return {each.name: each for each in (*layers, whole_time(net, inputs, 1, layers))}


def test_gradients_are_timed_from_the_lowest_layer_that_learns(
    measured: dict[str, LayerTime],
) -> None:
    forward = {name for name, each in measured.items() if each.forward is not None}
    assert forward == {"frozen", "relu", "ip", "drop", "accuracy", "loss", "small"}
    backward = {name for name, each in measured.items() if each.backward is not None}
    assert backward == {"ip", "drop", "loss", "small"}


def test_counts(measured: dict[str, LayerTime]) -> None:
    conv, whole = measured["frozen"], measured["small"]
    assert (conv.type, conv.params, conv.multiply_adds) == ("Convolution", 56, 54 * 36 * 4)
    assert conv.memory == 4 * 4 * 2 * 36
    assert whole.params == 56 + 5 * 72 + 5
    assert whole.multiply_adds == 54 * 36 * 4 + 5 * 72 * 4
