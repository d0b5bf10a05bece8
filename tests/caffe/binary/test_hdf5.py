"""Weights and states in HDF5."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from owltf.caffe.binary.hdf5 import (
    is_hdf5,
    read_solverstate_hdf5,
    read_weights_hdf5,
    write_solverstate_hdf5,
    write_weights_hdf5,
)
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
