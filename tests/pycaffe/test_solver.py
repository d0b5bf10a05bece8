"""caffe's solvers: real Caffe's runs, a step at a time, and what scripts do between the steps."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from script_nets import SMALL, close

import owltf.pycaffe as caffe

ORACLE = Path(__file__).parents[1] / "train" / "oracle"
SOLVER = """net: "net.prototxt" test_iter: 3 test_interval: 10 base_lr: 0.01 momentum: 0.9
weight_decay: 0.0005 lr_policy: "inv" gamma: 0.0001 power: 0.75 display: 100 max_iter: 20
snapshot_after_train: false snapshot_prefix: "model" random_seed: 3 """


@pytest.fixture
def solver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> caffe.SGDSolver:
    """A solver whose files are gone."""
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(SMALL)
    Path("solver.prototxt").write_text(SOLVER)
    made = caffe.SGDSolver("solver.prototxt")
    for file in tmp_path.iterdir():
        file.unlink()
    for net in (made.net, *made.test_nets):
        net.blobs["label"].data[...] = np.random.default_rng(1).integers(3, size=5)
    return made


# Policies, which other tests compare.
_NAMES = ("exp", "fixed", "inv", "no_momentum", "poly", "sigmoid", "step")
POLICIES = {f"sgd_{name}" for name in _NAMES}


@pytest.mark.parametrize("name", sorted({path.name for path in ORACLE.iterdir()} - POLICIES))
def test_caffes_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ORACLE / name, tmp_path / "case")
    monkeypatch.chdir(tmp_path / "case")
    solver = caffe.get_solver("solver.prototxt")
    solver.net.copy_from("init.caffemodel")
    with np.load("result.npz") as wanted:
        losses = []
        for _ in range(30):
            solver.step(1)
            losses.append(float(solver.net._loss()))
        np.testing.assert_allclose(losses, wanted["loss"], rtol=1e-3, atol=1e-5)
        _check(solver.net, wanted, "final")
        history = solver._updater.solver.history(solver._updater.params)
        for index, blob in enumerate(history):
            expected = wanted[f"history/{index}"]
            limit = 1e-4 * max(np.abs(expected).max(), 1e-3)
            np.testing.assert_allclose(blob.ravel(), expected.ravel(), rtol=1e-3, atol=limit)
        again = caffe.get_solver("solver.prototxt")
        again.restore("half.solverstate")
        again.step(30 - again.iter)
        _check(again.net, wanted, "resumed")


def _check(net: caffe.Net, arrays: Any, what: str) -> None:
    for name, blobs in net.params.items():
        for index, blob in enumerate(blobs):
            wanted = arrays[f"{what}/{name}/{index}"].reshape(blob.shape)
            limit = 1e-4 * max(np.abs(wanted).max(), 1e-3)
            np.testing.assert_allclose(blob.data, wanted, rtol=1e-3, atol=limit)


def test_after_a_step_diff_is_what_was_subtracted(solver: caffe.SGDSolver) -> None:
    before = solver.net.params["ip"][0].data.copy()
    solver.step(1)
    weights = solver.net.params["ip"][0]
    assert weights.diff.any()
    np.testing.assert_allclose(weights.data, before - weights.diff, atol=1e-6)


def test_an_update_of_gradients_that_a_script_wrote(solver: caffe.SGDSolver) -> None:
    layer = solver.net.layers[1]
    data = layer.blobs[0].data
    data[...] = 0
    layer.blobs[0].diff[...] = 1
    solver.apply_update()
    close(data, np.full(data.shape, -0.01))
    assert solver.iter == 0
    solver.apply_update()
    # The momentum has the first update.
    assert (data < -0.015).all()


def test_solving(solver: caffe.SGDSolver, capfd: pytest.CaptureFixture[str]) -> None:
    assert solver.iter == 0 and solver.param.max_iter == 20
    solver.solve()
    assert solver.iter == 20
    log = capfd.readouterr().err
    assert log.count("Testing net (#0)") == 3
    assert "Iteration 0, loss = " in log and "Iteration 0, lr = 0.01" in log
    assert "Test net output #0: loss = " in log and "Optimization Done." in log


def test_test_nets_have_the_weights(solver: caffe.SGDSolver) -> None:
    (test,) = solver.test_nets
    solver.net.params["ip"][0].data[...] = 0
    test.forward()
    close(test.blobs["loss"].data, np.log(3))
    test.share_with(solver.net)
    solver.step(1)
    assert np.array_equal(test.params["ip"][0].data, solver.net.params["ip"][0].data)


def test_a_snapshot_and_the_run_from_it(solver: caffe.SGDSolver, tmp_path: Path) -> None:
    solver.step(2)
    solver.snapshot()
    assert {path.name for path in tmp_path.iterdir()} == {
        "model_iter_2.caffemodel",
        "model_iter_2.solverstate",
    }
    kept = [blob.data.copy() for blobs in solver.net.params.values() for blob in blobs]
    history = [blob.copy() for blob in solver._history]
    solver.step(3)
    solver.restore("model_iter_2.solverstate")
    assert solver.iter == 2
    now = [blob.data for blobs in solver.net.params.values() for blob in blobs]
    assert all(map(np.array_equal, kept, now))
    assert all(map(np.array_equal, history, solver._history))
    with pytest.raises(RuntimeError, match=r"absent\.solverstate"):
        solver.restore("absent.solverstate")


def test_callbacks_see_gradients_before_the_update(solver: caffe.SGDSolver) -> None:
    events: list[str] = []

    def ready() -> None:
        events.append("ready")
        for blobs in solver.net.params.values():
            for blob in blobs:
                blob.diff[...] = 0

    solver.param.weight_decay = 0
    before = solver.net.params["ip"][0].data.copy()
    solver.add_callback(lambda: events.append("start"), ready)
    solver.add_callback(caffe.NCCL(solver, caffe.NCCL.new_uid()))
    solver.step(2)
    assert events == ["start", "ready"] * 2
    assert np.array_equal(solver.net.params["ip"][0].data, before)


def test_callbacks_of_layers(solver: caffe.SGDSolver) -> None:
    seen: list[int] = []
    solver.net.after_backward(seen.append)
    solver.step(1)
    assert seen == [3, 2, 1, 0]


def test_a_script_changes_the_rate(solver: caffe.SGDSolver) -> None:
    solver.step(1)
    solver.param.base_lr = 0
    solver.net.params["conv"][0].data[...] += 0
    history = [blob.copy() for blob in solver._history]
    before = solver.net.params["conv"][0].data.copy()
    solver.step(1)
    close(solver.net.params["conv"][0].data, before - 0.9 * history[0])


def test_weights_of_another_net(solver: caffe.SGDSolver, tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(SMALL)
    other = caffe.Net(str(tmp_path / "net.prototxt"), caffe.TEST)
    solver.step(1)
    history = [blob.copy() for blob in solver._history]
    solver.share_weights(other)
    start = other.params["ip"][0].data.copy()
    solver.step(1)
    assert not np.array_equal(other.params["ip"][0].data, start)
    assert len(history) == len(solver._history)


def test_blobs_outlive_the_solver(solver: caffe.SGDSolver) -> None:
    nets = [solver.net, *solver.test_nets]
    del solver
    assert all(np.isfinite(blob.data).all() for net in nets for blob in net.blobs.values())


def test_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match=r"absent\.prototxt"):
        caffe.get_solver("absent.prototxt")
    Path("net.prototxt").write_text(SMALL)
    with pytest.raises(RuntimeError, match="solver"):
        caffe.SGDSolver("net.prototxt")
    Path("solver.prototxt").write_text(SOLVER.replace("net.prototxt", "none.prototxt"))
    with pytest.raises(RuntimeError, match=r"none\.prototxt"):
        caffe.SGDSolver("solver.prototxt")
    Path("solver.prototxt").write_text(SOLVER + 'type: "Adamm"')
    with pytest.raises(RuntimeError, match="Adamm"):
        caffe.get_solver("solver.prototxt")


def test_the_class_decides_the_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(SMALL)
    Path("solver.prototxt").write_text(SOLVER + 'type: "Nothing"')
    assert caffe.SGDSolver("solver.prototxt").param.type == "SGD"
    Path("solver.prototxt").write_text(SOLVER)
    assert type(caffe.get_solver("solver.prototxt")) is caffe.SGDSolver
