"""What recurrent layers carry, through a snapshot and back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from solver_case import Case, Recorder, flat

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.read import read_snapshot
from owltf.train.prepare import PreparedRun
from owltf.train.recurrent_states import RecurrentStates

NET = """
layer { name: "data" type: "HDF5Data" top: "x" top: "cont" top: "y"
  hdf5_data_param { source: "train.txt" batch_size: 3 } }
layer { name: "a/b" type: "LSTM" bottom: "x" bottom: "cont" top: "lstm"
  recurrent_param { num_output: 2 weight_filler { type: "uniform" min: -0.5 max: 0.5 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "lstm" bottom: "y" top: "loss" }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 8 display: 2 test_iter: 1
test_interval: 4 snapshot: 4 snapshot_prefix: "snap" random_seed: 7
"""
STATES, RESUME = Path("snap_iter_4.states.npz"), Path("snap_iter_4.solverstate")


def write(folder: Path) -> Case:
    """Write a net, and sequences that never end."""
    rng = np.random.default_rng(3)
    with h5py.File(folder / "train.h5", "w") as file:
        file["x"] = rng.normal(size=(20, 5, 3)).astype(np.float32)
        file["cont"] = np.ones((20, 5), np.float32)
        file["y"] = rng.normal(size=(20, 5, 2)).astype(np.float32)
    case = Case(folder)
    case.add("train.txt", "train.h5\n")
    case.add("net.prototxt", NET)
    case.add("solver.prototxt", SOLVER)
    return case


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, PreparedRun, Recorder]:
    """A run to the end, and what it told."""
    case = write(tmp_path_factory.mktemp("whole"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        return case, *case.run()


@pytest.fixture
def half(tmp_path: Path, monkeypatch: Any, whole: tuple[Case, PreparedRun, Recorder]) -> Case:
    """The snapshot in the middle of that run, in the working directory."""
    for path in (whole[0].folder).glob("snap_iter_4.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return write(tmp_path)


def assert_same(got: tuple[PreparedRun, Recorder], wanted: tuple[PreparedRun, Recorder]) -> None:
    ended = [flat(start.nets.train.get_params()) for start, _ in (got, wanted)]
    np.testing.assert_array_equal(*ended)
    assert got[1].displays[-1].loss == wanted[1].displays[-1].loss
    assert got[1].tests[-1] == wanted[1].tests[-1]


def test_a_resumed_run_ends_bit_equal(
    whole: tuple[Case, PreparedRun, Recorder], half: Case
) -> None:
    resumed = half.run(resume=RESUME)
    assert_same(resumed, whole[1:])
    assert not any("zeros" in note for note in resumed[0].notes)


def test_devices_with_batches_of_their_own_do_too(half: Case) -> None:
    whole = half.run(2, batch_per_gpu=True)
    assert_same(half.run(2, batch_per_gpu=True, resume=RESUME), whole)


def test_without_the_states_it_ends_otherwise(
    whole: tuple[Case, PreparedRun, Recorder], half: Case
) -> None:
    STATES.unlink()
    start, _ = half.run(resume=RESUME)
    ended = [flat(each.nets.train.get_params()) for each in (start, whole[1])]
    assert np.any(ended[0] != ended[1])
    (note,) = [note for note in start.notes if "zeros" in note]
    assert note.endswith(f"as in Caffe: there is no {STATES}")


@pytest.mark.usefixtures("half")
def test_states_are_kept_by_net_layer_and_replica() -> None:
    with np.load(STATES) as file:
        shapes = {key: file[key].shape for key in file}
    names = [f"{net}/a.b/{state}" for net in ("train", "test0") for state in (0, 1)]
    assert shapes == dict.fromkeys(names, (1, 5, 2))


def test_states_of_other_devices_are_not_taken(half: Case) -> None:
    notes = half.start(2, resume=RESUME, batch_per_gpu=True).notes
    assert any("of another number of devices" in note for note in notes)


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04"])
def test_a_broken_file_is_told(half: Case, content: bytes) -> None:
    STATES.write_bytes(content)
    message = r"snap_iter_4.states.npz does not hold the states of recurrent layers \(.*remove it"
    with pytest.raises(OwltfError, match=message):
        half.start(resume=RESUME)


def test_a_net_that_carries_nothing_has_no_file(half: Case) -> None:
    layer = NET[NET.index('layer { name: "a/b"') : NET.index('layer { name: "loss"')]
    half.add("net.prototxt", NET.replace(layer, "").replace('"lstm"', '"y"'))
    start = half.start()
    states = RecurrentStates(start.nets, start.devices)
    assert states.get() == {}
    assert states.restore(read_snapshot(RESUME, load_schema())) == []
    for path in half.folder.glob("snap*"):
        path.unlink()
    half.run()
    assert not list(half.folder.glob("*.npz"))


def test_states_of_another_run_are_refused(half: Case) -> None:
    kept = STATES.read_bytes()
    half.add("solver.prototxt", SOLVER.replace("random_seed: 7", "random_seed: 8"))
    half.run()
    STATES.write_bytes(kept)
    with pytest.raises(OwltfError, match=r"^snap_iter_4\.states\.npz was not written together"):
        half.start(resume=RESUME)


def test_two_test_nets_carry_states_of_their_own(tmp_path: Path, monkeypatch: Any) -> None:
    case = write(tmp_path)
    case.add(
        "solver.prototxt",
        SOLVER.replace('net: "net', 'test_net: "net.prototxt" train_net: "net').replace(
            "test_iter: 1", 'test_net: "net.prototxt" test_iter: 1 test_iter: 2'
        ),
    )
    monkeypatch.chdir(tmp_path)
    start = case.start()
    states = RecurrentStates(start.nets, start.devices)
    assert {key.split("/")[0] for key in states.get()} == {"train", "test0", "test1"}
    first, second = (net.output_of("lstm") for net in start.nets.tests)
    assert first is not second
    start.nets.tests[0].forward(
        {"x": np.ones((3, 5, 3)), "cont": np.ones((3, 5)), "y": np.zeros((3, 5, 2))}
    )
    moved = {key.split("/")[0] for key, value in states.get().items() if value.any()}
    assert moved == {"test0"}
