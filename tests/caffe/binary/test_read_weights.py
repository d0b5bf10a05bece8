"""Reading caffemodels of every generation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.weights import Weights
from owltf.caffe.schema.schema import Schema

BLOBS = [{"num": 1, "channels": 1, "height": 1, "width": 2, "data": [1, 2]}]


@pytest.fixture
def written(schema: Schema, tmp_path: Path) -> Callable[..., Path]:
    def write(**net: Any) -> Path:
        path = tmp_path / "a.caffemodel"
        path.write_bytes(schema.message("NetParameter")(**net).SerializeToString())
        return path

    return write


def _same(weights: Weights, net: Any) -> bool:
    return len(weights) == len(net.layer) and all(
        (ours.name, ours.type) == (theirs.name, theirs.type)
        and [(blob.shape, blob.reshape(-1).tolist()) for blob in ours.blobs]
        == [(tuple(blob.shape.dim), list(blob.data)) for blob in theirs.blobs]
        for ours, theirs in zip(weights, net.layer, strict=True)
    )


def test_a_file_of_caffe(schema: Schema, data: Path) -> None:
    path = data / "half.caffemodel"
    weights = read_weights(str(path), schema)
    assert _same(weights, schema.message("NetParameter").FromString(path.read_bytes()))
    assert [layer.name for layer in weights if layer.blobs] == ["conv1", "ip1", "ip2"]
    assert weights[1].blobs[0].dtype == np.float32


def test_files_of_the_oracle(schema: Schema, oracle: Path) -> None:
    paths = list((oracle / "solvers").glob("*/*.caffemodel"))
    assert len(paths) > 50
    for path in paths:
        net = schema.message("NetParameter").FromString(path.read_bytes())
        assert _same(read_weights(path, schema), net), path


@pytest.mark.parametrize(
    "net",
    [
        {"layer": [{"name": "a", "type": "Convolution", "blobs": BLOBS}]},
        {"layers": [{"name": "a", "type": "CONVOLUTION", "blobs": BLOBS}]},
        {"layers": [{"bottom": ["x"], "layer": {"name": "a", "type": "conv", "blobs": BLOBS}}]},
    ],
    ids=["V2", "V1", "V0"],
)
def test_generations(schema: Schema, written: Callable[..., Path], net: dict[str, Any]) -> None:
    (layer,) = read_weights(written(name="n", **net), schema)
    assert (layer.name, layer.type) == ("a", "Convolution")
    assert [blob.tolist() for blob in layer.blobs] == [[[[[1, 2]]]]]


def test_types_that_caffe_does_not_know(schema: Schema, written: Callable[..., Path]) -> None:
    path = written(layers=[{"layer": {"name": "a", "type": "new"}}, {"name": "b"}])
    path.write_bytes(path.read_bytes() + b"\x12\x02\x28\x63")
    assert [layer.type for layer in read_weights(path, schema)] == ["new", "", "99"]


def test_encodings_of_other_people(schema: Schema, zoo: Path) -> None:
    expected = _blobs(read_weights(zoo / "models/lenet_ethereon/weights.caffemodel", schema))
    paths = list((zoo / "legacy").iterdir())
    assert len(paths) == 6
    for path in paths:
        found = _blobs(read_weights(path, schema))
        assert found.keys() == expected.keys()
        for key, blob in found.items():
            np.testing.assert_array_equal(blob, expected[key], err_msg=f"{path.name} {key}")


def test_models_of_other_people(schema: Schema, zoo: Path) -> None:
    for path in (zoo / "models").glob("*/weights.caffemodel"):
        blobs = _blobs(read_weights(path, schema))
        assert blobs
        assert all(np.isfinite(blob).all() for blob in blobs.values()), path


def _blobs(weights: Weights) -> dict[tuple[str, int], np.ndarray]:
    return {
        (layer.name, index): blob.reshape(-1)
        for layer in weights
        for index, blob in enumerate(layer.blobs)
    }


@pytest.mark.parametrize(
    ("net", "layer"),
    [
        ({"layer": [{"name": "a", "blobs": BLOBS}]}, "layer 'a'"),
        ({"layers": [{"name": "a", "blobs": BLOBS}]}, "layer 'a'"),
        ({"layers": [{"layer": {"name": "a", "blobs": BLOBS}}]}, "layer 'a'"),
        ({"layer": [{"blobs": BLOBS}]}, "a layer"),
    ],
)
def test_truncated(
    schema: Schema,
    written: Callable[..., Path],
    refusal: Callable[..., str],
    net: dict[str, Any],
    layer: str,
) -> None:
    path = written(name="n", **net)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    left = len(whole) - 4
    message = refusal(read_weights, path, schema)
    assert message.startswith(f"{path}: truncated: {layer} needs ")
    assert int(message.split()[-2]) == int(message.split(" bytes")[0].split()[-1]) - 4 < left


def test_truncated_between_two_tags(
    schema: Schema, data: Path, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "a.caffemodel"
    path.write_bytes((data / "half.caffemodel").read_bytes() + b"\xa2")
    assert "corrupt: no number ends" in refusal(read_weights, path, schema)
    path.write_bytes((data / "half.caffemodel").read_bytes() + b"\x12\x7f")
    assert "truncated: a layer needs 127 bytes, 0 left" in refusal(read_weights, path, schema)
    path.write_bytes((data / "half.caffemodel").read_bytes() + b"\x0a\x7f")
    assert "truncated: field 1 needs 127 bytes, 0 left" in refusal(read_weights, path, schema)


def test_corrupt_inside_a_layer(
    schema: Schema, written: Callable[..., Path], refusal: Callable[..., str]
) -> None:
    path = written(layer=[{"name": "abcd"}])
    path.write_bytes(path.read_bytes().replace(b"\x0a\x04", b"\x0a\x09"))
    assert refusal(read_weights, path, schema) == (
        f"{path}: corrupt: field 1 needs 9 bytes, 4 left"
    )


def test_shape_and_numbers_that_do_not_agree(
    schema: Schema, written: Callable[..., Path], refusal: Callable[..., str]
) -> None:
    path = written(layer=[{"name": "a", "blobs": [{"shape": {"dim": [2, 2]}, "data": [1]}]}])
    assert refusal(read_weights, path, schema) == (
        f"{path}: layer 'a' blob 0: shape (2, 2) needs 4 numbers, the file holds 1"
    )


@pytest.mark.parametrize(
    ("name", "what"), [("net.prototxt", "a net's prototxt"), ("half.solverstate", "a solverstate")]
)
def test_other_files(
    schema: Schema, data: Path, refusal: Callable[..., str], name: str, what: str
) -> None:
    message = refusal(read_weights, data / name, schema)
    assert message.startswith(f"{data / name}: {what}")
    assert message.endswith("where a caffemodel (a net's weights) is needed")
