"""What Caffe adds to a net that it saves."""

from __future__ import annotations

from pathlib import Path

from owltf.api import load_net
from owltf.net.saved_parameter import saved_parameter

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "bn" PARAM }
layer { name: "one" type: "EuclideanLoss" bottom: "bn" bottom: "y" top: "one" }
layer { name: "two" type: "EuclideanLoss" bottom: "bn" bottom: "y" top: "two" loss_weight: 3 }
layer { name: "sum" type: "Reduction" bottom: "bn" top: "sum" }
"""


def test_default_weights_of_losses_and_fixed_statistics(tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    file.write_text(NET.replace("PARAM", "param { lr_mult: 0 decay_mult: 0 }"))
    net = load_net(file, phase="TRAIN")
    layers = {layer.name: layer for layer in saved_parameter(net).layer}
    assert [list(layers[name].loss_weight) for name in ("one", "two", "sum")] == [[1], [3], []]
    held = [(param.lr_mult, param.HasField("decay_mult")) for param in layers["bn"].param]
    assert held == [(0, True), (0, False), (0, False)]
    assert not net.graph.source.parameter.layer[3].loss_weight
