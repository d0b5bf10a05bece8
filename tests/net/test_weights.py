"""Weights of a file into a net and back, by layer name."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.weights import LayerWeights
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.weights import Loaded, few_names, load_weights, save_weights
from owltf.testing import net_of

FILE = Path("some.caffemodel")


@pytest.fixture
def net() -> Net:
    return net_of(
        """
        layer { name: "data" type: "Input" top: "data"
          input_param { shape { dim: 2 dim: 3 dim: 6 dim: 5 } } }
        layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
          convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
        layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
          inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
        """
    )


def random(*shapes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.random.default_rng(1).normal(size=shape).astype(np.float32) for shape in shapes)


CONV = random((4, 3, 3, 3), (4,))
IP = random((2, 48), (2,))


def test_every_layer_is_accounted_for(net: Net) -> None:
    before = net.get_params()["ip"]
    file = [
        LayerWeights("conv", "", CONV),
        LayerWeights("gone", "", CONV),
        LayerWeights("x", "", ()),
    ]
    told = load_weights(net, file, FILE)
    assert (told.loaded, told.absent, told.unused) == (["conv"], ["ip"], ["gone"])
    np.testing.assert_array_equal(net.get_params()["conv"][0], CONV[0])
    np.testing.assert_array_equal(net.get_params()["ip"][0], before[0])
    assert told.summary() == "1 layers loaded; not in the file: ip; not in the net: gone"


def test_blobs_of_four_axes_from_old_files(net: Net) -> None:
    old = (IP[0].reshape(1, 1, 2, 48), IP[1].reshape(1, 1, 1, 2))
    load_weights(net, [LayerWeights("ip", "", old)], FILE)
    np.testing.assert_array_equal(net.get_params()["ip"][0], IP[0])


@pytest.mark.parametrize(
    ("index", "shape"),
    [
        (0, (1, 1, 2, 47)),
        (0, (1, 1, 3, 48)),
        # As many values, but another matrix.
        (0, (1, 1, 48, 2)),
        (0, (1, 2, 1, 48)),
        (0, (2, 48, 1, 1)),
        # Sizes in front that are not 1.
        (0, (3, 1, 2, 48)),
        (0, (1, 5, 2, 48)),
        (0, (0, 1, 2, 48)),
        (1, (1, 1, 1, 3)),
        (1, (1, 1, 2, 1)),
        (1, (1, 1, 2, 2)),
        # Only four axes are old.
        (0, (1, 2, 48)),
        (0, (1, 1, 1, 2, 48)),
    ],
)
def test_old_blobs_of_a_wrong_size_are_refused(
    net: Net, index: int, shape: tuple[int, ...]
) -> None:
    before = net.get_params()["ip"]
    blobs = [IP[0].reshape(1, 1, 2, 48), IP[1].reshape(1, 1, 1, 2)]
    blobs[index] = np.zeros(shape, np.float32)
    told = rf"layer 'ip': the file's parameter {index} has shape {re.escape(str(shape))}, the net's"
    with pytest.raises(OwltfError, match=told):
        load_weights(net, [LayerWeights("ip", "", tuple(blobs))], FILE)
    for got, wanted in zip(net.get_params()["ip"], before, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(("height", "fits"), [(2, True), (3, False)])
def test_an_old_file_has_its_blobs_sizes_checked(
    net: Net, tmp_path: Path, height: int, fits: bool
) -> None:
    """A blob's num, channels, height and width as a file of old holds them."""
    file = load_schema().message("NetParameter")()
    layer = file.layers.add(name="ip", type="INNER_PRODUCT")
    layer.blobs.add(num=1, channels=1, height=height, width=48, data=[0.5] * height * 48)
    layer.blobs.add(num=1, channels=1, height=1, width=2, data=[1, 2])
    path = tmp_path / "old.caffemodel"
    path.write_bytes(file.SerializeToString())
    weights = read_weights(path, load_schema())
    if fits:
        load_weights(net, weights, path)
        np.testing.assert_array_equal(net.get_params()["ip"][0], np.full((2, 48), 0.5))
        return
    with pytest.raises(OwltfError, match=r"shape \(1, 1, 3, 48\), the net's \(2, 48\)"):
        load_weights(net, weights, path)


@pytest.mark.parametrize(
    ("blobs", "reason"),
    [
        (random((2, 47), (2,)), r"layer 'ip': .*parameter 0 has shape \(2, 47\), .*\(2, 48\)"),
        (random((2, 48)), r"layer 'ip': the file has 1 parameter blobs, the net 2"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    net: Net, blobs: tuple, reason: str
) -> None:
    before = net.get_params()["conv"][0]
    file = [LayerWeights("conv", "", CONV), LayerWeights("ip", "", blobs)]
    with pytest.raises(OwltfError, match=reason):
        load_weights(net, file, FILE)
    np.testing.assert_array_equal(net.get_params()["conv"][0], before)
    told = load_weights(net, file, FILE, reinit_mismatched=True)
    assert (told.loaded, told.reinitialised) == (["conv"], ["ip"])


def test_saved_weights_are_equal_bit_for_bit(net: Net, tmp_path: Path) -> None:
    load_weights(net, [LayerWeights("conv", "", CONV), LayerWeights("ip", "", IP)], FILE)
    for name in ("net.caffemodel", "net.caffemodel.h5"):
        save_weights(net, tmp_path / name)
        saved = {layer.name: layer.blobs for layer in read_weights(tmp_path / name, load_schema())}
        for wanted, got in zip((*CONV, *IP), (*saved["conv"], *saved["ip"]), strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_a_long_list_of_names_is_short() -> None:
    names = [f"layer{number}" for number in range(7)]
    assert few_names(names[:5]) == "layer0, layer1, layer2, layer3, layer4"
    assert few_names(names) == "layer0, layer1, layer2, layer3, layer4 and 2 more"
    told = Loaded(loaded=["a"], absent=names)
    assert told.summary().endswith(
        "not in the file: layer0, layer1, layer2, layer3, layer4 and 2 more"
    )


@pytest.mark.parametrize("name", ["a//b", "/a", "a/", "a/./b"])
def test_hdf5_weights_of_a_layer_whose_name_is_another_path(tmp_path: Path, name: str) -> None:
    text = f"""
        layer {{ name: "data" type: "Input" top: "data"
          input_param {{ shape {{ dim: 2 dim: 3 }} }} }}
        layer {{ name: "{name}" type: "InnerProduct" bottom: "data" top: "ip"
          inner_product_param {{ num_output: 2 weight_filler {{ type: "xavier" }} }} }}
        """
    saved, loaded = net_of(text), net_of(text)
    save_weights(saved, tmp_path / "a.caffemodel.h5")
    weights = read_weights(tmp_path / "a.caffemodel.h5", load_schema())
    assert load_weights(loaded, weights, FILE).loaded == [name]
    for one, other in zip(saved.get_params()[name], loaded.get_params()[name], strict=True):
        np.testing.assert_array_equal(one, other)
