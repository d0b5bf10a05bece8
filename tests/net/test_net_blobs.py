"""What a net consists of, by Caffe's names."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import SMALL, build, inner_product, input_text

from owltf.errors import OwltfError
from owltf.net.net import Net

X = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)


@pytest.fixture(scope="module")
def net() -> Net:
    return build(SMALL, "TEST")


def test_speaks_caffes_names_and_shapes(net: Net) -> None:
    assert (net.name, net.phase) == ("small", "TEST")
    assert net.inputs == ("x",)
    assert net.outputs == ("b", "ip/a")
    assert net.blob_shapes == {
        "x": (2, 3, 4, 5),
        "conv": (2, 6, 2, 3),
        "ip/a": (2, 3),
        "b": (2, 3),
    }


def test_params_round_trip(net: Net) -> None:
    other = build(SMALL, "TEST", seed=1)
    params = net.get_params()
    assert [[each.shape for each in arrays] for arrays in params.values()] == [
        [(6, 3, 3, 3), (6,)],
        [(3, 36), (3,)],
        [(3, 36), (3,)],
    ]
    assert np.any(other.forward({"x": X})["b"] != net.forward({"x": X})["b"])
    other.set_params(params)
    np.testing.assert_array_equal(other.forward({"x": X})["b"], net.forward({"x": X})["b"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"cnv": []}, "has no layer 'cnv' with parameters: did you mean 'conv'"),
        ({"conv": [np.zeros((6, 3, 3, 3))]}, r"layer 'conv' has parameters of shapes .*, got"),
        ({"conv": [np.zeros((3, 3, 3, 6)), np.zeros(6)]}, r"got \[\(3, 3, 3, 6\), \(6,\)\]"),
    ],
)
def test_refuses_params_that_do_not_fit(
    net: Net, params: dict[str, list[np.ndarray]], message: str
) -> None:
    before = net.get_params()["conv"][0]
    with pytest.raises(OwltfError, match=message):
        net.set_params(params)
    np.testing.assert_array_equal(net.get_params()["conv"][0], before)


IN_PLACE = (
    input_text("x", 2, 4)
    + inner_product("ip", "x", "ip")
    + 'layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }'
    + 'layer { name: "power" type: "Power" bottom: "ip" top: "ip" power_param { shift: 1 } }'
    + 'layer { name: "slice" type: "Slice" bottom: "ip" top: "a" top: "b" '
    + "slice_param { slice_point: 1 } }"
    + 'layer { name: "quiet" type: "Silence" bottom: "a" }'
)


def test_a_layers_output_is_its_blob_after_in_place_layers() -> None:
    net = build(IN_PLACE)
    model = net.model_of_tensors(
        [
            net.output_of(name, before_in_place=before).tensor
            for before in (False, True)
            for name in ("ip", "relu", "power", "b")
        ]
    )
    x = np.array([[3, -4, 1, 0.5], [-3, 4, -1, -0.5]], np.float32)
    ip, relu, power, b, own_ip, own_relu, own_power, own_b = (
        each.numpy() for each in model({"x": x})
    )
    assert (own_ip < 0).any()
    np.testing.assert_array_equal(own_relu, np.maximum(own_ip, 0))
    for each in (ip, relu, power, own_power):
        np.testing.assert_array_equal(each, own_relu + 1)
    np.testing.assert_array_equal(b, ip[:, 1:])
    np.testing.assert_array_equal(own_b, b)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pover", "has no layer or blob 'pover': did you mean 'power'"),
        ("slice", "layer 'slice' has several tops, 'a', 'b'; name one of them"),
        ("quiet", "has no layer or blob 'quiet'"),
    ],
)
def test_outputs_that_are_not_there(name: str, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        build(IN_PLACE).output_of(name)


def test_the_label_blob() -> None:
    data = 'layer { name: "d" type: "DummyData" top: "x" %s dummy_data_param { shape { dim: 2 } } }'
    assert build(data % "").label_blob is None
    assert build(data % 'top: "y"').label_blob == "y"
    assert build(data % 'top: "y" top: "label"').label_blob == "label"
