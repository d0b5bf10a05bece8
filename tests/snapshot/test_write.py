"""A snapshot that is written is one to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from solver_case import NET, ORACLE, SOLVER, Case, flat

from owltf.caffe.binary.hdf5 import read_weights_hdf5
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.read import read_snapshot


@pytest.mark.parametrize("format_", ["HDF5", "BINARYPROTO"])
def test_both_formats_resume(small: Case, format_: str) -> None:
    small.add("solver.prototxt", f"{SOLVER} snapshot_format: {format_}")
    whole, _ = small.run()
    suffix = ".h5" if format_ == "HDF5" else ""
    path = small.folder / f"snap_iter_6.solverstate{suffix}"
    resumed, _ = small.run(resume=path)
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )


def caffes_steps(last: int, stepsize: int = 0, stepvalue: Sequence[int] = ()) -> int:
    """Return `current_step_` after an iteration, as Caffe's GetLearningRate counts it."""
    current = 0
    for iteration in range(last + 1):
        if stepsize:
            current = iteration // stepsize
        elif current < len(stepvalue) and iteration >= stepvalue[current]:
            current += 1
    return current


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        ("step", {"stepsize": 3}),
        ("multistep", {"stepvalue": (2, 3, 7)}),
    ],
)
def test_the_step_of_the_last_rate_is_kept(
    small: Case, policy: str, fields: dict[str, Any]
) -> None:
    """The iteration in which a step begins is told by the snapshot after it."""
    told = [f"{name}: {value}" for name, each in fields.items() for value in np.ravel(each)]
    text = SOLVER.replace('"fixed"', f'"{policy}" gamma: 0.5 {" ".join(told)}')
    text = text.replace("test_iter: 2 test_interval: 6 snapshot: 6", "snapshot: 1")
    small.add("solver.prototxt", text.replace("max_iter: 12", "max_iter: 8"))
    small.run()
    paths = [small.folder / f"snap_iter_{number}.solverstate" for number in range(1, 9)]
    states = [read_snapshot(path, load_schema()).state for path in paths]
    assert [state.iteration for state in states] == list(range(1, 9))
    wanted = [caffes_steps(number - 1, **fields) for number in range(1, 9)]
    assert [state.current_step for state in states] == wanted


@pytest.mark.parametrize("policy", ["step", "multistep"])
def test_the_step_of_caffes_own_file_is_read(policy: str) -> None:
    path = ORACLE / f"sgd_{policy}" / "half.solverstate"
    state = read_solverstate(path, load_schema())
    fields = {"step": {"stepsize": 7}, "multistep": {"stepvalue": (5, 11, 20)}}[policy]
    assert (state.iteration, state.current_step) == (15, caffes_steps(14, **fields))


@pytest.mark.parametrize(("kind", "replicas"), [("BINARYPROTO", 1), ("HDF5", 2)])
def test_snapshot_diff_adds_what_the_last_step_subtracted(
    small: Case, kind: str, replicas: int
) -> None:
    """Of SGD that is the history; a frozen layer has zeros."""
    frozen = 'name: "conv1" type: "Convolution" param { lr_mult: 0 }'
    net = NET.replace('name: "conv1" type: "Convolution"', frozen)
    small.add("net.prototxt", net)
    small.add("solver.prototxt", f"{SOLVER} snapshot_format: {kind} snapshot_diff: true")
    start, _ = small.run(replicas)
    suffix = ".h5" if kind == "HDF5" else ""
    path = small.folder / f"snap_iter_12.caffemodel{suffix}"
    state = read_snapshot(small.folder / f"snap_iter_12.solverstate{suffix}", load_schema()).state
    found = _diffs_hdf5(path) if suffix else _diffs(path)
    assert [diff.shape for diff in found] == [blob.shape for blob in state.history]
    for diff, blob in zip(found, state.history, strict=True):
        np.testing.assert_array_equal(diff, blob)
    assert [bool(diff.any()) for diff in found] == [False, True, True, True]
    # A run is the same with it.
    small.add("solver.prototxt", SOLVER)
    plain, _ = small.run(replicas)
    np.testing.assert_array_equal(
        flat(plain.nets.train.get_params()), flat(start.nets.train.get_params())
    )


def _diffs(path: Path) -> list[np.ndarray]:
    net = load_schema().message("NetParameter").FromString(path.read_bytes())
    blobs = [blob for layer in net.layer for blob in layer.blobs]
    return [np.array(blob.diff, np.float32).reshape(blob.shape.dim) for blob in blobs]


def _diffs_hdf5(path: Path) -> list[np.ndarray]:
    with h5py.File(path) as file:
        diff = file["diff"]
        layers = [diff[name] for name in ("conv1", "ip")]
        return [layer[index][()] for layer in layers for index in layer]


SHARED = """
layer { name: "x" type: "DummyData" top: "a" top: "b" dummy_data_param {
  shape { dim: 4 dim: 3 } data_filler { type: "gaussian" } } }
layer { name: "one" type: "InnerProduct" bottom: "a" top: "one" param { name: "w" }
  param { name: "c" } inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "two" type: "InnerProduct" bottom: "b" top: "two" param { name: "w" }
  inner_product_param { num_output: 2 bias_filler { type: "constant" value: 1 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "one" bottom: "two" top: "loss" }
layer { name: "more" type: "EuclideanLoss" bottom: "one" bottom: "two" top: "more" }
"""


def test_hdf5_leaves_out_what_an_earlier_layer_shares(small: Case) -> None:
    """And reads it back; both files list Caffe's Splits, too."""
    small.add("net.prototxt", SHARED)
    text = SOLVER.replace("test_iter: 2 test_interval: 6", "") + 'type: "Adam"'
    layers = ["x", "one", "one_one_0_split", "two", "two_two_0_split", "loss", "more"]
    small.add("solver.prototxt", text.replace("momentum: 0.9", "") + " snapshot_format: HDF5")
    whole, _ = small.run()
    path = small.folder / "snap_iter_6.caffemodel.h5"
    found = {each.name: each.indices for each in read_weights_hdf5(path)}
    assert found == {**dict.fromkeys(layers, ()), "one": (0, 1), "two": (1,)}
    resumed, _ = small.run(resume=small.folder / "snap_iter_6.solverstate.h5")
    params = [flat(each.nets.train.get_params()) for each in (resumed, whole)]
    np.testing.assert_array_equal(*params)
    again = small.start(weights=[path], reinit_mismatched=True)
    assert again.loaded[str(path)].loaded == ["one", "two"]
    small.add("solver.prototxt", text.replace("momentum: 0.9", ""))
    small.run()
    binary = (small.folder / "snap_iter_6.caffemodel").read_bytes()
    net = load_schema().message("NetParameter").FromString(binary)
    assert {each.name: len(each.blobs) for each in net.layer} == {
        **dict.fromkeys(layers, 0),
        **{"one": 2, "two": 2},
    }
    # A net that shares nothing lacks what the file leaves out.
    small.add("net.prototxt", SHARED.replace('param { name: "w" }', ""))
    with pytest.raises(OwltfError, match="layer 'two': the file has 1 parameter blobs, the net 2"):
        small.start(weights=[path])
