"""What a script sees of a net: names, layers, parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import SMALL, close, net_of

import owltf.pycaffe as caffe

RNG = np.random.default_rng(3)


def test_names(small: caffe.Net) -> None:
    assert (small.inputs, small.outputs) == ([], ["loss"])
    assert list(small.blobs) == ["data", "label", "conv", "ip_blob", "loss"]
    assert list(small._layer_names) == ["data", "conv", "ip", "loss"]
    assert list(small.params) == ["conv", "ip"]
    assert dict(small.top_names) == {
        "data": ["data", "label"],
        "conv": ["conv"],
        "ip": ["ip_blob"],
        "loss": ["loss"],
    }
    assert dict(small.bottom_names)["loss"] == ["ip_blob", "label"]
    assert [layer.type for layer in small.layers][1:3] == ["Convolution", "InnerProduct"]
    assert list(small.layer_dict) == small._layer_names
    assert small.layer_dict["ip"].blobs[0].data.shape == (3, 80)
    assert list(small.blob_loss_weights.values()) == [0, 0, 0, 0, 1]
    assert small._bottom_ids(3) == [3, 1]
    assert small._outputs == [4]


def test_a_loss_without_a_top_has_one(tmp_path: Path) -> None:
    net = net_of(tmp_path, SMALL.replace(' top: "loss"', ""), caffe.TRAIN)
    assert (net.outputs, list(net.blobs)[-1]) == ([], "(automatic)")
    net.params["ip"][0].data[...] = 0
    assert net.forward() == {}
    close(net.blobs["(automatic)"].data, np.log(3))
