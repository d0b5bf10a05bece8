"""Writing caffemodels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.write_weights import write_caffemodel
from owltf.caffe.schema.schema import Schema


def _net_and_blobs(path: Path, schema: Schema) -> tuple[Any, dict[str, tuple[np.ndarray, ...]]]:
    net = schema.message("NetParameter").FromString(path.read_bytes())
    for layer in net.layer:
        layer.ClearField("blobs")
    blobs = {layer.name: layer.blobs for layer in read_weights(path, schema) if layer.blobs}
    return net, blobs


def test_written_again_it_is_the_same_file(schema: Schema, data: Path, tmp_path: Path) -> None:
    path = data / "half.caffemodel"
    write_caffemodel(tmp_path / "a", *_net_and_blobs(path, schema))
    assert (tmp_path / "a").read_bytes() == path.read_bytes()


def test_files_of_the_oracle(schema: Schema, oracle: Path, tmp_path: Path) -> None:
    for path in (oracle / "solvers").glob("*/*.caffemodel"):
        write_caffemodel(tmp_path / "a", *_net_and_blobs(path, schema))
        assert (tmp_path / "a").read_bytes() == path.read_bytes(), path


def test_hdf5(schema: Schema, data: Path, tmp_path: Path) -> None:
    net, blobs = _net_and_blobs(data / "half.caffemodel", schema)
    write_caffemodel(tmp_path / "a.caffemodel.h5", net, blobs)
    found = {
        layer.name: layer.blobs for layer in read_weights(tmp_path / "a.caffemodel.h5", schema)
    }
    assert found.keys() == {layer.name for layer in net.layer}
    for name, arrays in blobs.items():
        for ours, theirs in zip(found[name], arrays, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_only_what_caffe_writes_is_written(schema: Schema, tmp_path: Path) -> None:
    net = schema.message("NetParameter")(
        name="n", state={"phase": "TRAIN"}, layer=[{"name": "a", "phase": "TEST", "top": ["t"]}]
    )
    write_caffemodel(tmp_path / "a", net, {"a": [np.ones((2,), np.float64)]})
    written = schema.message("NetParameter").FromString((tmp_path / "a").read_bytes())
    assert not written.HasField("state")
    assert (written.layer[0].phase, written.layer[0].top, written.layer[0].blobs[0].data) == (
        *(1, ["t"]),
        [1, 1],
    )


def test_layers_of_one_name_keep_their_own_weights(schema: Schema, tmp_path: Path) -> None:
    net = schema.message("NetParameter")(layer=[{"name": "a"}, {"name": "a"}])
    write_caffemodel(tmp_path / "x", net, {"a": [np.zeros(1)], "a_2": [np.ones(1)]})
    layers = read_weights(tmp_path / "x", schema)
    assert [(layer.name, layer.blobs[0].item()) for layer in layers] == [("a", 0), ("a", 1)]


def test_blobs_of_no_layer(schema: Schema, tmp_path: Path) -> None:
    net = schema.message("NetParameter")(layer=[{"name": "a"}])
    with pytest.raises(KeyError, match="the net has no layers \\['b'\\]"):
        write_caffemodel(tmp_path / "x", net, {"b": []})
    assert not list(tmp_path.iterdir())


def test_no_such_folder(schema: Schema, tmp_path: Path, refusal: Callable[..., str]) -> None:
    net = schema.message("NetParameter")()
    assert "cannot be written: no such file or directory" in refusal(
        write_caffemodel, tmp_path / "none" / "x", net, {}
    )


def test_diffs_stand_where_caffe_writes_them(schema: Schema, tmp_path: Path) -> None:
    net = schema.message("NetParameter")(layer=[{"name": "a"}, {"name": "b"}, {"name": "relu"}])
    data, diff = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), np.float32)
    blobs, diffs = {"a": [data], "b": [data]}, {"a": [diff], "b": [diff]}
    write_caffemodel(tmp_path / "x", net, blobs, shared={("b", 0)}, diffs=diffs)
    written = schema.message("NetParameter").FromString((tmp_path / "x").read_bytes())
    # A binary file repeats what layers share.
    for layer in written.layer[:2]:
        (blob,) = layer.blobs
        assert (list(blob.data), list(blob.diff)) == (data.ravel().tolist(), [1] * 6)
        assert list(blob.shape.dim) == [2, 3]
    assert written.SerializeToString() == (tmp_path / "x").read_bytes()
    write_caffemodel(tmp_path / "x.h5", net, blobs, shared={("b", 0)}, diffs=diffs)
    with h5py.File(tmp_path / "x.h5") as file:
        assert [*file] == ["data", "diff"]
        assert {name: [*file["data"][name]] for name in file["data"]} == {
            **{"a": ["0"], "b": []},
            "relu": [],
        }
        # Caffe leaves out shared data, but no diff.
        assert {name: [*file["diff"][name]] for name in file["diff"]} == {
            **{"a": ["0"], "b": ["0"]},
            "relu": [],
        }
        np.testing.assert_array_equal(file["diff/b/0"], diff)
