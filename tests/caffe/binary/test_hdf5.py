"""Weights and states in HDF5."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from owltf.caffe.binary.hdf5 import (
    read_solverstate_hdf5,
    read_weights_hdf5,
    write_solverstate_hdf5,
    write_weights_hdf5,
)
from owltf.caffe.binary.hdf5_layout import is_hdf5
from owltf.caffe.binary.solver_state import SolverState

ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), *np.eye(11, dtype=np.float32)]


def test_weights(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write_weights_hdf5(path, [("conv", ARRAYS), ("relu", []), ("in/1x1", ARRAYS[:1])])
    layers = {layer.name: layer for layer in read_weights_hdf5(path)}
    assert {name: len(layer.blobs) for name, layer in layers.items()} == {
        **{"conv": 12, "relu": 0},
        "in/1x1": 1,
    }
    for found, expected in zip(layers["conv"].blobs, ARRAYS, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert is_hdf5(path)


def test_weights_lie_where_caffe_puts_them(tmp_path: Path) -> None:
    write_weights_hdf5(tmp_path / "a.h5", [("conv", ARRAYS[:1])])
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["data/conv/0"].dtype == np.float32
        assert file["data/conv/0"].shape == (2, 3)


def test_solverstate(tmp_path: Path) -> None:
    state = SolverState(20, "snap_iter_20.caffemodel.h5", 3, tuple(ARRAYS))
    write_solverstate_hdf5(tmp_path / "a.h5", state)
    found = read_solverstate_hdf5(tmp_path / "a.h5")
    assert (found.iteration, found.learned_net, found.current_step) == (
        *(20, "snap_iter_20.caffemodel.h5"),
        3,
    )
    for ours, theirs in zip(found.history, ARRAYS, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_strings_end_in_a_zero_as_caffe_needs(tmp_path: Path) -> None:
    write_solverstate_hdf5(tmp_path / "a.h5", SolverState(1, "abc", 0, ()))
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["learned_net"].id.get_type().get_size() == 4
        assert file["iter"].shape == (1,)


def test_other_strings_are_read_too(tmp_path: Path) -> None:
    write_solverstate_hdf5(tmp_path / "a.h5", SolverState(1, "abc", 0, ()))
    with h5py.File(tmp_path / "a.h5", "a") as file:
        del file["learned_net"]
        file["learned_net"] = "net"
    assert read_solverstate_hdf5(tmp_path / "a.h5").learned_net == "net"


def test_broken_file(tmp_path: Path, refusal: Callable[..., str]) -> None:
    write_weights_hdf5(tmp_path / "a.h5", [("conv", ARRAYS)])
    (tmp_path / "a.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:3000])
    assert "truncated file" in refusal(read_weights_hdf5, tmp_path / "a.h5")


def test_layers_whose_names_are_the_beginning_of_others(tmp_path: Path) -> None:
    pairs = [("a/relu", ARRAYS[:1]), ("a", ARRAYS[:2]), ("a/relu/x", ARRAYS[1:3]), ("b/c", [])]
    write_weights_hdf5(tmp_path / "a.h5", pairs)
    layers = {layer.name: layer.blobs for layer in read_weights_hdf5(tmp_path / "a.h5")}
    assert layers.keys() == {"a", "a/relu", "a/relu/x", "b/c"}
    for name, blobs in pairs:
        for found, expected in zip(layers[name], blobs, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_layer_whose_name_is_the_place_of_a_blob(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    pairs = [("a", ARRAYS[:1]), ("a/0", ARRAYS[:1])]
    line = refusal(write_weights_hdf5, tmp_path / "a.h5", pairs)
    assert line.startswith("layer 'a/0' has no place in an HDF5 file")


def test_iterations_beyond_what_float32_counts(tmp_path: Path) -> None:
    write_solverstate_hdf5(tmp_path / "a.h5", SolverState((1 << 24) + 1, "abc", 0, ()))
    assert read_solverstate_hdf5(tmp_path / "a.h5").iteration == (1 << 24) + 1


def test_packed_and_foreign_numbers(tmp_path: Path) -> None:
    numbers = np.arange(1000, dtype=np.float32).reshape(10, 100)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("data/a/0", data=numbers, compression="gzip", shuffle=True)
        file.create_dataset("data/a/1", data=numbers.astype(">f8"))
        file.create_dataset("data/a/2", data=numbers, chunks=(3, 7), compression="lzf")
        file.create_dataset("data/a/3", data=numbers[:, :0])
    (layer,) = read_weights_hdf5(tmp_path / "a.h5")
    for blob in layer.blobs[:3]:
        assert blob.dtype == np.float32
        np.testing.assert_array_equal(blob, numbers)
    assert layer.blobs[3].shape == (10, 0)


def other_file(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("secret", data=np.ones(5, "<f4"))
    return path


def external_storage(file: Any, path: Path) -> None:
    file.create_dataset("data/b/0", (5,), "<f4", external=[(str(other_file(path)), 0, 20)])


def external_link(file: Any, path: Path) -> None:
    file.create_group("data/b")["0"] = h5py.ExternalLink(str(other_file(path)), "secret")


def external_group(file: Any, path: Path) -> None:
    file["data/b"] = h5py.ExternalLink(str(other_file(path)), "/")


def soft_link(file: Any, path: Path) -> None:
    file.create_group("data/b")["0"] = h5py.SoftLink("/data/a/0")


def virtual_dataset(file: Any, path: Path) -> None:
    layout = h5py.VirtualLayout((5,), "<f4")
    layout[:] = h5py.VirtualSource(str(other_file(path)), "secret", (5,))
    file.create_virtual_dataset("data/b/0", layout)


def never_written(file: Any, path: Path) -> None:
    file.create_dataset("data/b/0", (5,), "<f4")


def chunks_missing(file: Any, path: Path) -> None:
    file.create_dataset("data/b/0", (5,), "<f4", chunks=(2,))[:2] = 1


def rare_filter(file: Any, path: Path) -> None:
    file.create_dataset("data/b/0", data=np.arange(50), scaleoffset=0)


def bomb(file: Any, path: Path) -> None:
    # 16 GiB of zeros in some kilobytes: deflated twice.
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_chunk((1 << 26,))
    dcpl.set_deflate(9)
    dcpl.set_deflate(9)
    space = h5py.h5s.create_simple((1 << 26,))
    made = h5py.h5d.create(file.create_group("data/b").id, b"0", h5py.h5t.IEEE_F32LE, space, dcpl)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros(1 << 26, "<f4"))


REFUSED = {
    external_storage: "external storage",
    external_link: "data/b/0 is a link to another file",
    external_group: "data/b is a link to another file",
    soft_link: "data/b/0 is a soft link",
    virtual_dataset: "data/b/0 is a virtual dataset",
    never_written: "the file lacks its numbers",
    chunks_missing: "the file lacks its numbers",
    rare_filter: "packed with filter 6",
    bomb: "the file lacks its numbers",
}


@pytest.mark.parametrize("make", REFUSED)
def test_what_lies_elsewhere_or_nowhere(
    tmp_path: Path, refusal: Callable[..., str], make: Callable[[Any, Path], None]
) -> None:
    write_weights_hdf5(tmp_path / "a.h5", [("a", ARRAYS)])
    with h5py.File(tmp_path / "a.h5", "a") as file:
        make(file, tmp_path / "other.h5")
    assert REFUSED[make] in refusal(read_weights_hdf5, tmp_path / "a.h5")


def test_packed_numbers_beyond_the_bound(
    tmp_path: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for index in "01":
            file.create_dataset(
                f"data/a/{index}", data=np.zeros(500), chunks=(100,), compression="gzip"
            )
    monkeypatch.setattr("owltf.caffe.binary.hdf5_layout.LARGEST_UNPACKED", 4000)
    assert len(read_weights_hdf5(tmp_path / "a.h5")) == 1
    monkeypatch.setattr("owltf.caffe.binary.hdf5_layout.LARGEST_UNPACKED", 3999)
    assert "take 4,000 bytes unpacked, of 3,999 at most" in refusal(
        read_weights_hdf5, tmp_path / "a.h5"
    )


@pytest.mark.parametrize("name", ["/", ".", "//./"])
def test_a_layer_whose_name_is_no_path(
    tmp_path: Path, refusal: Callable[..., str], name: str
) -> None:
    line = refusal(write_weights_hdf5, tmp_path / "a.h5", [(name, ARRAYS[:1])])
    assert line.startswith(f"layer '{name}' has no place in an HDF5 file")


def test_layers_whose_paths_are_the_same(tmp_path: Path, refusal: Callable[..., str]) -> None:
    pairs = [("a/b", ARRAYS[:1]), ("a//b", ARRAYS[:1])]
    line = refusal(write_weights_hdf5, tmp_path / "a.h5", pairs)
    assert line.startswith("layer 'a//b' has no place in an HDF5 file")


def test_no_layer_is_written_outside_of_the_weights(tmp_path: Path) -> None:
    write_weights_hdf5(tmp_path / "a.h5", [("/conv", ARRAYS[:1]), ("/", [])])
    with h5py.File(tmp_path / "a.h5") as file:
        assert list(file) == ["data"]
        assert list(file["data/conv"]) == ["0"]
