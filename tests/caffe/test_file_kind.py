"""What a file is, by what is in it."""

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from owltf.caffe.file_kind import CAFFEMODEL, SOLVERSTATE, expect_kind, file_kind
from owltf.caffe.schema.schema import Schema


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("half.caffemodel", "caffemodel"),
        ("half.solverstate", "solverstate"),
        ("mean.binaryproto", "mean image"),
        ("net.prototxt", "net prototxt"),
        ("solver.prototxt", "solver prototxt"),
    ],
)
def test_files_of_caffe(data: Path, name: str, kind: str) -> None:
    assert file_kind(data / name) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"just words", "text"),
        (b"net_param { layer { } }", "solver prototxt"),
        (b"train_net_param {\n layer {\n } }", "solver prototxt"),
        (b"layer {\n net_param { } # net: 1\n }", "net prototxt"),
        (b'layers {\n name: "net" }', "net prototxt"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unknown"),
        (b"\x08\x08\x12\x02tf\x1a\x01x\x3a\x00", "unknown"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "a").write_bytes(content)
    assert file_kind(tmp_path / "a") == kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["data/conv1/0"], "caffemodel"),
        (["iter", "learned_net", "history/0"], "solverstate"),
        (["data", "label"], "HDF5 data"),
    ],
)
def test_hdf5(tmp_path: Path, names: list[str], kind: str) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in names:
            file[name] = [1.0]
    assert file_kind(tmp_path / "a.h5") == kind


def test_folders(tmp_path: Path) -> None:
    assert file_kind(tmp_path) == "folder"
    (tmp_path / "CURRENT").touch()
    assert file_kind(tmp_path) == "LevelDB"
    (tmp_path / "data.mdb").touch()
    assert file_kind(tmp_path) == "LMDB"


@pytest.mark.parametrize("layers", ["layer", "layers"])
def test_a_net_whose_first_layer_is_large(schema: Schema, tmp_path: Path, layers: str) -> None:
    net = schema.message("NetParameter")()
    getattr(net, layers).add(blobs=[{"data": [0] * 50000}])
    (tmp_path / "a").write_bytes(net.SerializeToString())
    assert file_kind(tmp_path / "a") == "caffemodel"


def test_expect_kind(data: Path, refusal: Callable[..., str]) -> None:
    expect_kind(data / "half.caffemodel", CAFFEMODEL)
    assert refusal(expect_kind, data / "half.caffemodel", SOLVERSTATE) == (
        f"{data}/half.caffemodel: a caffemodel (a net's weights), where a solverstate (what a "
        "solver needs to go on) is needed"
    )
    assert "a solverstate (what a solver needs to go on), where a caffemodel" in refusal(
        expect_kind, data / "half.solverstate", CAFFEMODEL
    )


def test_missing_and_empty(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "a"
    assert refusal(file_kind, path) == f"{path}: no such file or directory"
    path.touch()
    assert refusal(file_kind, path) == f"{path}: an empty file"
