"""Snapshots: where they go, which there are, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solver_case import ORACLE, SOLVER, Case, flat

from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.snapshot import Prefix, read_snapshot


def prefix(folder: Path, name: str = "snap", interval: int = 10) -> Prefix:
    return Prefix(folder / name, interval)


def test_files_of_an_iteration(tmp_path: Path) -> None:
    names = [path.name for path in prefix(tmp_path).files(20)]
    assert names == ["snap_iter_20.caffemodel", "snap_iter_20.solverstate", "snap_iter_20.json"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    parameter = load_schema().message("SolverParameter")(snapshot_prefix="no/such/snap")
    with pytest.raises(OwltfError, match="snapshot_prefix 'no/such/snap': its folder is missing"):
        Prefix.of(parameter, tmp_path)


def test_the_folder_is_looked_for_beside_the_solver(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    parameter = load_schema().message("SolverParameter")(snapshot_prefix="out/snap", snapshot=3)
    assert Prefix.of(parameter, tmp_path) == Prefix(tmp_path / "out" / "snap", 3)


def test_a_file_as_folder_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OwltfError, match="cannot write to"):
        prefix(tmp_path / "file").check_writable()


def test_index_lists_what_there_is(tmp_path: Path) -> None:
    for iteration in (10, 30, 35):
        (tmp_path / f"snap_iter_{iteration}.solverstate").touch()
    assert prefix(tmp_path).indexed(3).name == "snap_iter_30.solverstate"
    with pytest.raises(OwltfError, match=r"no snapshot 2 .*those that exist: 1, 3$"):
        prefix(tmp_path).indexed(2)


def test_index_finds_the_other_format_too(tmp_path: Path) -> None:
    (tmp_path / "snap_iter_10.solverstate.h5").touch()
    (tmp_path / "snap_iter_20.solverstate").touch()
    for suffix in ("", ".h5"):
        known = Prefix(tmp_path / "snap", 10, suffix)
        assert known.indexed(1).name == "snap_iter_10.solverstate.h5"
        assert known.indexed(2).name == "snap_iter_20.solverstate"


def test_index_needs_an_interval(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="sets no snapshot interval"):
        prefix(tmp_path, interval=0).indexed(1)
    with pytest.raises(OwltfError, match="there are none yet"):
        prefix(tmp_path).indexed(1)


def test_weights_that_are_missing_are_named(small: Case) -> None:
    small.run()
    (small.folder / "snap_iter_6.caffemodel").unlink()
    with pytest.raises(OwltfError, match=r"snap_iter_6\.solverstate belongs to weights"):
        read_snapshot(small.folder / "snap_iter_6.solverstate", load_schema())


def test_a_snapshot_moves_with_its_folder(small: Case, tmp_path: Path) -> None:
    small.run()
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in small.folder.glob("snap_iter_6.*"):
        path.rename(moved / path.name)
    restored = read_snapshot(moved / "snap_iter_6.solverstate", load_schema())
    assert restored.weights == moved / "snap_iter_6.caffemodel"
    assert restored.run is not None
    assert restored.run.train == {"data": 48}


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


def test_history_of_another_net_is_refused(small: Case) -> None:
    small.run()
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace("num_output: 4 kernel_size", "num_output: 5 kernel_size"))
    with pytest.raises(OwltfError, match=r"layer 'conv1'.* shape"):
        small.start(resume=small.folder / "snap_iter_6.solverstate")


def test_history_follows_its_layer_into_another_net(small: Case) -> None:
    """A layer of another shape and a new one start without a history."""
    small.run()
    net = (small.folder / "net.prototxt").read_text()
    net = net.replace("num_output: 4 weight", "num_output: 6 weight")
    first = 'layer { name: "conv0" type: "Convolution" bottom: "data" top: "conv0"\n'
    first += "  convolution_param { num_output: 3 kernel_size: 1 } }\n"
    old = 'layer { name: "conv1" type: "Convolution" bottom: "data"'
    assert old in net
    small.add("net.prototxt", net.replace(old, first + old.replace('"data"', '"conv0"')))
    path = small.folder / "snap_iter_12.solverstate"
    history = read_snapshot(path, load_schema()).state.history
    start = small.start(resume=path, reinit_mismatched=True)
    params = start.nets.train.params
    assert [param.layer for param in params] == ["conv0", "conv0", "conv1", "conv1", "ip", "ip"]
    kept = start.solver.history(params)
    for got, wanted in zip(kept[2:4], history[:2], strict=True):
        assert np.abs(wanted).max() > 0
        np.testing.assert_array_equal(got, wanted)
    assert not any(blob.any() for blob in (*kept[:2], *kept[4:]))
