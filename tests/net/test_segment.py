"""Parts of nets, forward and backward: against whole passes, and against real Caffe's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.segment import Segment
from owltf.net.weights import load_weights

Arrays = dict[str, np.ndarray]

PASSES = Path(__file__).parent / "oracle" / "passes"
LAYERS = Path(__file__).parents[1] / "layers" / "oracle"
RNG = np.random.default_rng(4)


def close(got: Any, wanted: Any) -> None:
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5 * max(1, np.abs(wanted).max()))


@pytest.fixture(scope="module")
def recorded() -> Arrays:
    """What Caffe answered."""
    with np.load(PASSES / "passes.npz") as file:
        return dict(file)


@pytest.fixture
def passes() -> Net:
    """Caffe's net of in-place layers, a blob that three layers take, and two losses."""
    net, file = build((PASSES / "net.prototxt").read_text()), PASSES / "weights.caffemodel"
    load_weights(net, read_weights(file, load_schema()), file)
    return net


def under(recorded: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose keys start so, by the rest of the key."""
    return {key[len(prefix) :]: recorded[key] for key in recorded if key.startswith(prefix)}


def test_the_whole_net_is_caffes(passes: Net, recorded: Arrays) -> None:
    whole, feeds = passes.segment(), under(recorded, "in/")
    assert (whole.inputs, whole.outputs) == (passes.inputs, passes.outputs)
    assert whole.blob_shapes == passes.blob_shapes
    data, diffs = under(recorded, "full/data/"), under(recorded, "full/diff/")
    for name, value in whole.forward(feeds, list(data)).items():
        close(value, data[name])
    grads = whole.backward(feeds, blobs=list(diffs))
    for name, value in grads.blobs.items():
        close(value, diffs[name])
    for key, wanted in under(recorded, "full/param/").items():
        layer, index = key.split("/")
        close(grads.params[layer][int(index)], wanted)


@pytest.mark.parametrize(
    ("first", "last", "inputs"),
    [
        ("pool1", "join", ("conv1",)),
        ("left", "up", ("pool1",)),
        ("join", "ip", ("left", "right", "pool1")),
        ("right", "right", ("pool1",)),
        ("conv1", "pool1", ("data",)),
    ],
)
def test_parts_are_caffes(
    passes: Net, recorded: Arrays, first: str, last: str, inputs: tuple[str, ...]
) -> None:
    part, name = passes.segment(first, last), f"{first}-{last}"
    assert part.inputs == inputs
    known = {**under(recorded, "full/data/"), **under(recorded, f"{name}/from/")}
    feeds = {blob: known[blob] for blob in inputs}
    data = under(recorded, f"{name}/data/")
    for blob, value in part.forward(feeds, list(data)).items():
        close(value, data[blob])
    seeds = under(recorded, f"{name}/seed/")
    if last in ("up", "ip"):
        # Caffe's copy of `join` for `aux` still has the whole pass's gradient.
        seeds["join"] = aux_gradient(passes, recorded)
    grads = part.backward(feeds, seeds, blobs=["left"] if first == "left" else None)
    if first == "left":
        # What Caffe recorded is the gradient of the copy that this layer alone takes.
        grads_of_first = passes.segment("left", "left").backward(feeds, dict(grads.blobs))
        close(grads_of_first.blobs["pool1"], recorded["left-up/diff/pool1"])
    else:
        for blob, wanted in under(recorded, f"{name}/diff/").items():
            close(grads.blobs[blob], wanted)
    for key, wanted in under(recorded, f"{name}/param/").items():
        layer, index = key.split("/")
        close(grads.params[layer][int(index)], wanted)


def aux_gradient(net: Net, recorded: Arrays) -> np.ndarray:
    """Return what the second loss sends back to `join`."""
    part, data = net.segment("aux", "aux_loss"), under(recorded, "full/data/")
    return part.backward({blob: data[blob] for blob in part.inputs}).blobs["join"]


def layer_cases() -> list[str]:
    """Return the cases of single layers whose gradients Caffe recorded."""
    found = []
    for path in sorted(LAYERS.glob("*.npz")):
        with np.load(path) as file:
            if any("_grad/" in key for key in file):
                found.append(path.stem)
    return found


def text_of(case: str) -> str:
    return (LAYERS / f"{case}.prototxt").read_text()


@pytest.mark.parametrize("case", layer_cases())
def test_a_layers_gradients_are_caffes(case: str) -> None:
    with np.load(LAYERS / f"{case}.npz") as file:
        arrays = dict(file)
    net = build(text_of(case), str(arrays["phase"]))
    params = list(under(arrays, "param/").values())
    if params:
        net.set_params({"layer": params})
    (layer,) = (each for each in net.layers if each.name == "layer")
    names = [blob.name for blob in layer.bottoms]
    feeds = {name: arrays[f"bottom/{index}"] for index, name in enumerate(names)}
    seeds = {
        layer.tops[int(index)].name: grad for index, grad in under(arrays, "top_grad/").items()
    }
    grads = net.segment("layer", "layer").backward(feeds, seeds)
    for index, wanted in under(arrays, "bottom_grad/").items():
        close(grads.blobs[names[int(index)]], wanted)
    for index, wanted in under(arrays, "param_grad/").items():
        close(grads.params["layer"][int(index)], wanted)


LENET = (
    input_text("data", 3, 1, 28, 28)
    + input_text("label", 3)
    + """
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
  convolution_param { num_output: 5 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "pool2" type: "Pooling" bottom: "conv2" top: "pool2"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
"""
    + inner_product("ip1", "pool2", "ip1", outputs=20)
    + 'layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }\n'
    + inner_product("ip2", "ip1", "ip2", outputs=10)
    + 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" }\n'
    + 'layer { name: "accuracy" type: "Accuracy" bottom: "ip2" bottom: "label" top: "accuracy" }\n'
)
LENET_FEEDS = {
    "data": RNG.normal(size=(3, 1, 28, 28)).astype(np.float32),
    "label": np.array([7, 0, 4], np.float32),
}
SMALL = (
    input_text("x", 2, 3, 6, 5)
    + """
layer { name: "conv" type: "Convolution" bottom: "x" top: "a"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "norm" type: "BatchNorm" bottom: "a" top: "a" }
layer { name: "split" type: "Split" bottom: "a" top: "b" top: "c" }
layer { name: "relu" type: "ReLU" bottom: "b" top: "b" }
layer { name: "sum" type: "Eltwise" bottom: "b" bottom: "c" bottom: "a" top: "sum" }
layer { name: "flat" type: "Flatten" bottom: "sum" top: "flat" }
layer { name: "same" type: "Flatten" bottom: "flat" top: "same" }
"""
    + inner_product("ip", "same", "ip")
    + inner_product("skip", "flat", "skip")
    + 'layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "skip" loss_weight: 2 }\n'
    + 'layer { name: "mean" type: "Reduction" bottom: "skip" top: "mean" loss_weight: 3 }\n'
)
SMALL_FEEDS = {"x": RNG.normal(size=(2, 3, 6, 5)).astype(np.float32)}


def split_points(text: str) -> list[int]:
    return list(range(1, len(build(text).layers)))


@pytest.mark.parametrize(
    ("text", "feeds", "split"),
    [(LENET, LENET_FEEDS, split) for split in split_points(LENET)]
    + [(SMALL, SMALL_FEEDS, split) for split in split_points(SMALL)],
)
@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_two_parts_make_the_whole(text: str, feeds: Arrays, split: int, phase: str) -> None:
    net = build(text, phase)
    names = [layer.name for layer in net.layers]
    whole, one, two = net.segment(), net.segment(None, names[split - 1]), net.segment(names[split])
    between = [name for name in two.inputs if name in one.blob_shapes]
    start = net.get_params()
    wanted = net.forward(feeds)
    net.set_params(start)
    fed = {name: feeds[name] for name in one.inputs}
    values = one.forward(fed, between)
    values.update({name: feeds[name] for name in two.inputs if name not in between})
    got = {**two.forward(values), **{name: values[name] for name in between}}
    for name in two.outputs:
        close(got[name], wanted[name])
    grads = whole.backward(feeds)
    late = two.backward(values)
    early = one.backward(fed, {name: late.blobs[name] for name in between})
    for name, arrays in {**early.params, **late.params}.items():
        for array, expected in zip(arrays, grads.params[name], strict=True):
            close(array, expected)
    for name in one.inputs:
        close(early.blobs[name], grads.blobs[name])


def test_a_net_and_all_of_it_as_a_part_give_the_same_bits() -> None:
    net = build(LENET, "TEST")
    part = net.segment()
    for name, value in net.forward(LENET_FEEDS).items():
        np.testing.assert_array_equal(part.forward(LENET_FEEDS)[name], value)
    assert part.forward(LENET_FEEDS, ["ip1"])["ip1"].min() == 0


def test_any_batch() -> None:
    part = build(LENET, "TEST").segment("conv2", "relu1")
    assert part.forward({"pool1": np.ones((7, 4, 12, 12))})["ip1"].shape == (7, 20)
    grads = part.backward({"pool1": np.ones((7, 4, 12, 12))}, {"ip1": np.ones((7, 20))})
    assert grads.blobs["pool1"].shape == (7, 4, 12, 12)


def test_a_loss_starts_from_its_weight_or_from_what_is_given() -> None:
    net = build(SMALL, "TEST")
    part, values = net.segment("mean", "mean"), {"skip": np.ones((2, 3))}
    np.testing.assert_array_equal(part.backward(values).blobs["skip"], np.full((2, 3), 3))
    given = part.backward(values, {"mean": np.float32(-1)})
    np.testing.assert_array_equal(given.blobs["skip"], np.full((2, 3), -1))
    assert given.outputs == {"mean": 6}


def test_chosen_blobs_and_layers_alone_are_differentiated() -> None:
    grads = build(LENET).segment().backward(LENET_FEEDS, blobs=["pool2", "label"], params=["ip2"])
    assert list(grads.blobs) == ["pool2", "label"]
    assert not grads.blobs["label"].any()
    assert [array.shape for array in grads.params.pop("ip2")] == [(10, 20), (10,)]
    assert not grads.params


DATA = """
layer { name: "d" type: "DummyData" top: "x" top: "y" dummy_data_param {
  shape { dim: 2 dim: 3 } shape { dim: 2 dim: 1 } data_filler { type: "gaussian" } } }
"""


def test_the_tops_of_a_data_layer_are_fed() -> None:
    net = build(DATA + inner_product("ip", "x", "ip"))
    for part in (net.segment(), net.segment("d", "ip"), net.segment("d")):
        assert part.inputs == ("x", "y")
        assert part.outputs == ("ip", "y")
    assert net.segment("ip").inputs == ("x",)
    assert net.segment("d", "d").forward({"x": np.ones((2, 3)), "y": np.zeros((2, 1))}).keys() == {
        "x",
        "y",
    }


PARAMETER = (
    'layer { name: "p" type: "Parameter" top: "p" parameter_param { shape { dim: 2 dim: 3 } } }\n'
    'layer { name: "twice" type: "Power" bottom: "p" top: "twice" power_param { scale: 2 } }\n'
    'layer { name: "sum" type: "Reduction" bottom: "twice" top: "sum" loss_weight: 1 }\n'
)


@pytest.mark.parametrize("inputs", ["", input_text("x", 4, 5)])
def test_layers_without_bottoms(inputs: str) -> None:
    net = build(inputs + PARAMETER)
    net.set_params({"p": [np.arange(6).reshape(2, 3)]})
    part = net.segment("p", "sum")
    assert part.inputs == ()
    assert part.forward({}, ["sum", "p"])["sum"] == 30
    np.testing.assert_array_equal(part.backward({}).params["p"][0], np.full((2, 3), 2))


def test_files_are_written_forward_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    output = 'hdf5_output_param { file_name: "out.h5" }'
    net = build(
        input_text("x", 2, 3)
        + inner_product("ip", "x", "ip")
        + f'layer {{ name: "write" type: "HDF5Output" bottom: "ip" bottom: "x" {output} }}\n'
        + 'layer { name: "sum" type: "Reduction" bottom: "ip" top: "sum" loss_weight: 1 }\n'
    )
    assert [effect.layer for effect in net.effects] == ["write"]
    assert [loss.layer for loss in net.losses] == ["sum"]
    feeds = {"x": np.ones((2, 3), np.float32)}
    net.segment().backward(feeds)
    net.segment("sum").forward({"ip": np.ones((2, 3))})
    assert not (tmp_path / "out.h5").exists()
    ip = net.segment("ip", "write").forward(feeds, ["ip"])["ip"]
    with h5py.File(tmp_path / "out.h5") as file:
        np.testing.assert_array_equal(np.squeeze(file["data"]), ip)


def test_gradients_come_with_the_outputs_of_their_own_pass() -> None:
    """Dropout draws anew in each pass."""
    net = build(
        input_text("x", 2, 50)
        + 'layer { name: "drop" type: "Dropout" bottom: "x" top: "x" }'
        + 'layer { name: "sum" type: "Reduction" bottom: "x" top: "sum" loss_weight: 1 }\n'
    )
    grads = net.segment().backward({"x": np.ones((2, 50))})
    close(grads.blobs["x"].sum(), grads.outputs["sum"])


def test_two_copies_of_one_blob_are_one_to_a_layer_that_takes_both() -> None:
    split = 'layer { name: "split" type: "Split" bottom: "x" top: "a" top: "b" }'
    add = 'layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }'
    part = build(input_text("x", 2, 3) + split + add).segment("sum")
    ones = np.ones((2, 3))
    np.testing.assert_array_equal(part.forward({"a": ones, "b": ones})["sum"], 2 * ones)
    grads = part.backward({"a": ones, "b": ones}, {"sum": ones}).blobs
    np.testing.assert_array_equal(grads["a"] + grads["b"], 2 * ones)
    with pytest.raises(OwltfError, match="takes 'a' and 'b' as copies of one blob; feed equal "):
        part.forward({"a": ones, "b": 2 * ones})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net: net.segment("cnv1"), "the net has no layer 'cnv1': did you mean 'conv1'"),
        (lambda net: net.segment("ip1", "conv2"), "layer 'conv2' comes before layer 'ip1'"),
        (
            lambda net: net.segment("ip1", "relu1").forward({}),
            r"segment of net '' from 'ip1' to 'relu1' takes the inputs \['pool2'\]; missing",
        ),
        (
            lambda net: net.segment("ip1", "relu1").forward({"pool2": np.ones((1, 5, 4, 3))}),
            r"input 'pool2' of the segment .* has shape \(3, 5, 4, 4\) \(any batch\), got",
        ),
        (
            lambda net: part_of(net).forward({"pool2": np.ones((1, 5, 4, 4))}, ["conv1"]),
            "has no blob 'conv1'",
        ),
        (
            lambda net: part_of(net).backward({"pool2": np.ones((1, 5, 4, 4))}, params=["relu1"]),
            "has no layer 'relu1' with parameters: known: ip1",
        ),
        (
            lambda net: part_of(net).backward(
                {"pool2": np.ones((1, 5, 4, 4))}, {"ip1": np.ones((1, 3))}
            ),
            r"top gradient 'ip1' of the segment .* has shape \(3, 20\) \(any batch\), got \(1, 3\)",
        ),
        (
            lambda net: net.segment("loss").forward(
                {"ip2": np.ones((1, 10)), "label": np.array([11])}
            ),
            "SoftmaxWithLoss layer 'loss' .*: label 11 is out of range",
        ),
    ],
)
def test_what_does_not_fit_is_told(call: Any, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        call(build(LENET))


def part_of(net: Net) -> Segment:
    return net.segment("ip1", "relu1")
