"""Runs against real Caffe's, over several replicas, and cut and resumed."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import ORACLE, SOLVER, Case, flat

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.batches import batches
from owltf.train.evaluation import Evaluation
from owltf.train.signals import Signals

CASES = sorted(path.name for path in ORACLE.iterdir())


@pytest.mark.parametrize("oracle_case", CASES, indirect=True)
def test_caffes_run_is_followed(oracle_case: Case) -> None:
    """Each iteration's loss and rate, the weights and the history at the end."""
    expected = np.load("result.npz")
    start, recorder = oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    losses = [float(display.outputs["loss"]) for display in recorder.displays]
    np.testing.assert_allclose(losses, expected["loss"], rtol=1e-4)
    rates = [display.rate for display in recorder.displays]
    np.testing.assert_allclose(rates, expected["lr"], rtol=1e-5)
    _assert_params(start.nets.train.get_params(), expected, "final")
    history = start.solver.history(start.nets.train.params)
    for index, blob in enumerate(history):
        _assert_close(blob, expected[f"history/{index}"])
    assert f"history/{len(history)}" not in expected


def _assert_close(got: np.ndarray, wanted: np.ndarray) -> None:
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-4 * np.abs(wanted).max())


def _assert_params(params: dict, expected: np.lib.npyio.NpzFile, what: str) -> None:
    keys = [key for key in expected if key.startswith(f"{what}/")]
    assert keys
    for key in keys:
        _, layer, index = key.split("/")
        _assert_close(params[layer][int(index)], expected[key])


@pytest.mark.parametrize("oracle_case", CASES, indirect=True)
def test_caffes_snapshot_is_resumed(oracle_case: Case) -> None:
    """From Caffe's own half.solverstate to the end, with its data from the first record again."""
    expected = np.load("result.npz")
    start, _ = oracle_case.run(resume=oracle_case.folder / "half.solverstate")
    _assert_params(start.nets.train.get_params(), expected, "resumed")


@pytest.mark.parametrize("oracle_case", ["sgd_fixed", "batchnorm", "shared_params"], indirect=True)
def test_test_figures_are_caffes(oracle_case: Case) -> None:
    """The mean over test_iter batches of the trained net."""
    expected = np.load("result.npz")
    start, _ = oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    (net,) = start.nets.tests
    passes = Evaluation(net, start.devices, batches(net, start.state.test[0]), Signals().end)
    _, _, means = passes.run(4)
    for name, mean in means.items():
        np.testing.assert_allclose(mean, expected[f"test/{name}"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("oracle_case", ["sgd_multistep"], indirect=True)
def test_snapshots_are_caffes(oracle_case: Case) -> None:
    """The files that the run writes hold what Caffe's would."""
    expected = np.load("result.npz")
    oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    schema = load_schema()
    weights = read_weights("snap_iter_30.caffemodel", schema)
    params = {layer.name: list(layer.blobs) for layer in weights if layer.blobs}
    _assert_params(params, expected, "final")
    state = read_solverstate("snap_iter_30.solverstate", schema)
    assert state.iteration == 30
    assert state.current_step == _multisteps_before(29)
    _assert_close(state.history[0], expected["history/0"])


def _multisteps_before(iteration: int) -> int:
    values = (ORACLE / "sgd_multistep" / "solver.prototxt").read_text().split("stepvalue:")[1:]
    return sum(int(value.split()[0]) <= iteration for value in values)


@pytest.mark.parametrize("oracle_case", ["sgd_clip", "sgd_iter_size"], indirect=True)
@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_follow_caffe_too(oracle_case: Case, replicas: int) -> None:
    """Clipping and iter_size see the gradient of the whole batch."""
    expected = np.load("result.npz")
    init = [oracle_case.folder / "init.caffemodel"]
    start, recorder = oracle_case.run(replicas, weights=init)
    losses = [float(display.outputs["loss"]) for display in recorder.displays]
    np.testing.assert_allclose(losses, expected["loss"], rtol=1e-4)
    _assert_params(start.nets.train.get_params(), expected, "final")


@pytest.mark.parametrize("replicas", [2, 3, 4])
def test_replicas_end_as_one(small: Case, replicas: int) -> None:
    """Dropout, ignored labels and an uneven split included."""
    one, told = small.run()
    several, told_by_several = small.run(replicas)
    wanted = flat(one.nets.train.get_params())
    got = flat(several.nets.train.get_params())
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())
    losses = [display.loss for display in told.displays]
    losses_of_several = [display.loss for display in told_by_several.displays]
    np.testing.assert_allclose(losses_of_several, losses, rtol=1e-5)
    scores = [float(tested.outputs["accuracy"]) for tested in told.tests]
    assert scores == pytest.approx(
        [float(tested.outputs["accuracy"]) for tested in told_by_several.tests]
    )


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_resumed_run_ends_bit_equal(small: Case, replicas: int) -> None:
    whole, told = small.run(replicas)
    resumed, told_again = small.run(replicas, resume=small.folder / "snap_iter_6.solverstate")
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )
    assert told_again.displays[-1].loss == told.displays[-1].loss
    assert told_again.tests[-1] == told.tests[-1]


def test_events_come_in_caffes_order(small: Case) -> None:
    _, recorder = small.run()
    assert recorder.events == [
        "test 0",
        "display 0",
        "display 4",
        "snapshot snap_iter_6.caffemodel",
        "test 6",
        "display 8",
        "snapshot snap_iter_12.caffemodel",
        "loss 12",
        "test 12",
        "finished",
    ]


def test_no_events_but_the_last_snapshot(small: Case) -> None:
    quiet = SOLVER.replace("display: 4", "display: 0").replace("snapshot: 6", "snapshot: 0")
    small.add("solver.prototxt", quiet.replace("test_iter: 2 test_interval: 6", ""))
    _, recorder = small.run()
    assert recorder.events == ["snapshot snap_iter_12.caffemodel", "finished"]


def test_average_loss_is_a_mean_of_the_last(small: Case) -> None:
    small.add("every.prototxt", SOLVER.replace("display: 4", "display: 1"))
    _, recorder = small.run(solver="every.prototxt")
    shown = [display.loss for display in recorder.displays]
    single = [float(display.outputs["loss"]) for display in recorder.displays]
    wanted = [np.mean(single[max(0, i - 2) : i + 1]) for i in range(len(single))]
    np.testing.assert_allclose(shown, wanted, rtol=1e-6)


def test_nan_ends_the_run_and_the_last_snapshot_stands(small: Case) -> None:
    small.add("nan.prototxt", SOLVER.replace("base_lr: 0.05", "base_lr: 1e30"))
    with pytest.raises(OwltfError, match=r"the loss is (nan|inf) at iteration \d+; .*--allow-nan"):
        small.run(solver="nan.prototxt")
    assert not list(small.folder.glob("snap_iter_*"))


def test_nan_is_allowed_if_asked_for(small: Case) -> None:
    small.add("nan.prototxt", SOLVER.replace("base_lr: 0.05", "base_lr: 1e30"))
    _, recorder = small.run(solver="nan.prototxt", allow_nan=True)
    assert recorder.events[-1] == "finished"
