"""Runs against real Caffe's, over several replicas, and cut and resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from caffe_rules import CaffeRun
from plugin_modules import plugin
from solver_case import NET, ORACLE, SOLVER, Case, Recorder, flat, run

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.batches import batches
from owltf.plugin.events import Display, Ending, Iterations, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.evaluation import Evaluation
from owltf.train.loss_scale import FIRST
from owltf.train.signals import Signals

CASES = sorted(path.name for path in ORACLE.iterdir())
# A gradient of nearly 0 makes a step of full size, up or down as it was rounded: weights changed by
# one part in 10^7 change losses by 1.5 in 10^4.
LOSS_RTOL = {"rmsprop": 1e-3}
HALVES = {"by_halves": True}


@pytest.mark.parametrize("oracle_case", CASES, indirect=True)
def test_caffes_run_is_followed(oracle_case: Case) -> None:
    """Each iteration's loss and rate, the weights and the history at the end."""
    expected = np.load("result.npz")
    start, recorder = oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    losses = [float(display.outputs["loss"]) for display in recorder.displays]
    rtol = LOSS_RTOL.get(start.source.parameter.type.lower(), 1e-4)
    np.testing.assert_allclose(losses, expected["loss"], rtol=rtol)
    rates = [display.rate for display in recorder.displays]
    np.testing.assert_allclose(rates, expected["lr"], rtol=1e-5)
    _assert_params(start.nets.train.get_params(), expected, "final")
    history = start.solver.history(start.nets.train.params)
    for index, blob in enumerate(history):
        _assert_close(blob, expected[f"history/{index}"])
    assert f"history/{len(history)}" not in expected


@pytest.mark.parametrize(
    ("figures_case", "losses"),
    [
        ("eltwise_of_scalars", [5.28064, 8.44939, 6.20949, 5.3848, 7.03423, 7.41155, 5.92709]),
        ("loss_used_by_another_layer", [7.82894, 9.47305, 9.14567, 8.35419, 8.25345]),
        ("varying_image_sizes", [1.89364, 2.07696, 2.03163, 1.76824, 1.99198]),
        # Here Caffe reads overwritten memory: 1.68083, 2.31004, 1.45558, 1.34431.
        ("inplace_after_inplace", [1.68083, 2.22963, 1.5065, 1.29306]),
    ],
    indirect=["figures_case"],
)
def test_losses_are_caffes(figures_case: Case, losses: list[float]) -> None:
    _, recorder = figures_case.run(weights=[figures_case.folder / "init.caffemodel"])
    shown = [display.loss for display in recorder.displays]
    np.testing.assert_allclose(shown[: len(losses)], losses[: len(shown)], rtol=2e-5)


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


@pytest.mark.parametrize("oracle_case", ["adam", "batchnorm", "shared_params"], indirect=True)
def test_test_figures_are_caffes(oracle_case: Case) -> None:
    """The mean over test_iter batches of the trained net."""
    expected = np.load("result.npz")
    start, _ = oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    (net,) = start.nets.tests
    passes = Evaluation(net, start.devices, batches(net, start.state.test[0]), Signals().end)
    _, _, means = passes.run(4)
    for name, mean in means.items():
        np.testing.assert_allclose(mean, expected[f"test/{name}"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("oracle_case", ["sgd_multistep", "adadelta"], indirect=True)
def test_snapshots_are_caffes(oracle_case: Case) -> None:
    """The files that the run writes hold what Caffe's would."""
    expected = np.load("result.npz")
    start, _ = oracle_case.run(weights=[oracle_case.folder / "init.caffemodel"])
    schema = load_schema()
    weights = read_weights("snap_iter_30.caffemodel", schema)
    params = {layer.name: list(layer.blobs) for layer in weights if layer.blobs}
    _assert_params(params, expected, "final")
    state = read_solverstate("snap_iter_30.solverstate", schema)
    assert state.iteration == 30
    assert state.current_step == (3 if start.source.parameter.lr_policy == "multistep" else 0)
    assert f"history/{len(state.history)}" not in expected
    for index, blob in enumerate(state.history):
        _assert_close(blob, expected[f"history/{index}"])


@pytest.mark.parametrize("oracle_case", ["sgd_clip", "sgd_iter_size"], indirect=True)
@pytest.mark.parametrize("how", [{"replicas": 2}, {"replicas": 3}, HALVES], ids=str)
def test_replicas_follow_caffe_too(oracle_case: Case, how: dict[str, Any]) -> None:
    """Clipping and iter_size see the gradient of the whole batch."""
    expected = np.load("result.npz")
    init = [oracle_case.folder / "init.caffemodel"]
    start, recorder = oracle_case.run(**how, weights=init)
    losses = [float(display.outputs["loss"]) for display in recorder.displays]
    np.testing.assert_allclose(losses, expected["loss"], rtol=1e-4)
    _assert_params(start.nets.train.get_params(), expected, "final")


@pytest.mark.parametrize("how", [*({"replicas": each} for each in (2, 3, 4)), HALVES], ids=str)
def test_replicas_end_as_one(small: Case, how: dict[str, Any]) -> None:
    """Dropout, ignored labels and an uneven split included."""
    one, told = small.run()
    several, told_by_several = small.run(**how)
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


@pytest.mark.parametrize("how", [{}, {"replicas": 2}, HALVES], ids=str)
def test_a_resumed_run_ends_bit_equal(small: Case, how: dict[str, Any]) -> None:
    whole, told = small.run(**how)
    resumed, told_again = small.run(**how, resume=small.folder / "snap_iter_6.solverstate")
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )
    assert told_again.displays[-1].loss == told.displays[-1].loss
    assert told_again.tests[-1] == told.tests[-1]


SEEN = """
layer { name: "data" type: "ImageData" top: "data" top: "label"
  image_data_param { source: "%s/list.txt" root_folder: "%s/images/" batch_size: 7
    new_height: 24 new_width: 26 shuffle: true rand_skip: 5 }
  transform_param { crop_size: 20 mirror: true mean_value: 100 } }
layer { name: "seen" type: "Power" bottom: "data" top: "seen" }
layer { name: "which" type: "Power" bottom: "label" top: "which" }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def batches_of(recorder: Recorder) -> list[tuple[bytes, bytes]]:
    outputs = [display.outputs for display in recorder.displays]
    return [(each["seen"].tobytes(), each["which"].tobytes()) for each in outputs]


def test_a_whole_run_has_the_same_batches_on_any_number_of_replicas(small: Case) -> None:
    """Shuffled, skipped, cropped and mirrored at random; from the start and after a resume."""
    images = Path(__file__).parents[1] / "data" / "oracle"
    small.add("net.prototxt", SEEN % (images, images))
    solver = SOLVER.replace("display: 4 test_iter: 2 test_interval: 6", "display: 1")
    small.add("solver.prototxt", solver.replace("0.05", "1e-6"))
    _, told = small.run()
    wanted = batches_of(told)
    assert len(wanted) == len(set(wanted)) == 12
    for replicas in (1, 2, 3):
        resumed = small.folder / "snap_iter_6.solverstate"
        assert batches_of(small.run(replicas)[1]) == wanted
        assert batches_of(small.run(replicas, resume=resumed)[1]) == wanted[6:]


OTHERS = {
    "Nesterov": "momentum: 0.9",
    "AdaGrad": "",
    "RMSProp": "rms_decay: 0.9",
    "AdaDelta": "momentum: 0.95 delta: 1e-5",
    "Adam": "momentum: 0.9 iter_size: 2 clip_gradients: 1",
}


@pytest.mark.parametrize(("replicas", "suffix"), [(2, ""), (1, ".h5")])
@pytest.mark.parametrize("kind", OTHERS)
def test_a_resumed_run_ends_bit_equal_with_every_solver(
    small: Case, kind: str, replicas: int, suffix: str
) -> None:
    """With a history of blobs that are not trained."""
    form = "snapshot_format: HDF5" if suffix else ""
    text = SOLVER.replace("momentum: 0.9", f'type: "{kind}" {OTHERS[kind]} {form}')
    small.add("solver.prototxt", text.replace("0.05", "0.002"))
    frozen = 'name: "conv1" type: "Convolution" param { lr_mult: 0 }'
    small.add("net.prototxt", NET.replace('name: "conv1" type: "Convolution"', frozen))
    whole, _ = small.run(replicas)
    state = small.folder / f"snap_iter_6.solverstate{suffix}"
    resumed, _ = small.run(replicas, resume=state)
    got, wanted = resumed.nets.train.params, whole.nets.train.params
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(one.get(), other.get())
    pairs = zip(resumed.solver.history(got), whole.solver.history(wanted), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)
    assert whole.solver.history(wanted)[0].any() == whole.solver.decays_untrained


MIXED_NET = """
layer { name: "data" type: "HDF5Data" top: "x" top: "target"
  hdf5_data_param { source: "mixed.txt" batch_size: 4 } }
layer { name: "cut" type: "Slice" bottom: "x" top: "a" top: "b" }
layer { name: "one" type: "InnerProduct" bottom: "a" top: "one" param { name: "w" lr_mult: 0.5 }
  param { name: "c" lr_mult: 2 decay_mult: 0 } inner_product_param { num_output: 4
  weight_filler { type: "xavier" } } }
layer { name: "two" type: "InnerProduct" bottom: "b" top: "two" param { name: "w" decay_mult: 3 }
  param { name: "c" } inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "sum" type: "Eltwise" bottom: "one" bottom: "two" top: "sum" }
layer { name: "frozen" type: "InnerProduct" bottom: "sum" top: "frozen" param { lr_mult: 0 }
  param { lr_mult: 0 decay_mult: 0 } inner_product_param { num_output: 4
  weight_filler { type: "xavier" } } }
layer { name: "top" type: "InnerProduct" bottom: "frozen" top: "top" param { lr_mult: 3 }
  param { lr_mult: 1 decay_mult: 2 } inner_product_param { num_output: 2
  weight_filler { type: "xavier" } bias_filler { type: "constant" value: 0.3 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "top" bottom: "target" top: "loss" }
"""
MIXED_SOLVER = """
net: "net.prototxt" base_lr: 0.05 lr_policy: "step" gamma: 0.5 stepsize: 3 max_iter: 7
weight_decay: 0.03 iter_size: 3 snapshot_prefix: "snap" random_seed: 3 snapshot_diff: true
"""
# The shared w, the shared c, the frozen layer's two, the last layer's two.
MIXED_LR, MIXED_DECAY = [0.5, 2, 0, 0, 3, 1], [3.0, 0, 1, 0, 1, 2]


def _mixed_grads(w: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
    """Return the gradients of a pass of the mixed net, by hand."""
    a, b = x[:, :3], x[:, 3:]
    middle = a @ w[0].T + b @ w[0].T + 2 * w[1]
    frozen = middle @ w[2].T + w[3]
    top = (frozen @ w[4].T + w[5] - target) / len(x)
    below = top @ w[4] @ w[2]
    ones = np.ones(len(x))
    zeros = [np.zeros(each.shape) for each in w[2:4]]
    return [below.T @ (a + b), 2 * ones @ below, *zeros, top.T @ frozen, ones @ top]


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("SGD", "momentum: 0.9 clip_gradients: 0.2"),
        ("Nesterov", 'momentum: 0.8 clip_gradients: 0.2 regularization_type: "L1"'),
        ("AdaGrad", 'clip_gradients: 0.2 delta: 1e-3 regularization_type: "L1"'),
        ("RMSProp", "rms_decay: 0.9 clip_gradients: 0.2 delta: 1e-3"),
        ("AdaDelta", "momentum: 0.95 clip_gradients: 0.2 delta: 1e-3"),
        ("Adam", 'momentum: 0.9 clip_gradients: 0.2 regularization_type: "L1"'),
    ],
)
def test_mixtures_follow_caffes_formulas(
    small: Case, kind: str, fields: str, replicas: int
) -> None:
    """Clipping, then iter_size, then regularisation, with shared blobs and a frozen layer."""
    rng = np.random.default_rng(8)
    x, target = (rng.normal(size=(20, each)).astype(np.float32) for each in (6, 2))
    with h5py.File(small.folder / "mixed.h5", "w") as file:
        file["x"], file["target"] = x, target
    small.add("mixed.txt", "mixed.h5\n")
    small.add("net.prototxt", MIXED_NET)
    small.add("solver.prototxt", f'{MIXED_SOLVER} type: "{kind}" {fields}')
    start = small.start(replicas)
    params = start.nets.train.params
    parameter, weights = start.source.parameter, [each.get() for each in params]
    caffe = CaffeRun(parameter, weights, MIXED_LR, MIXED_DECAY)
    for iteration in range(7):
        caffe.rate = 0.05 * 0.5 ** (iteration // 3)
        passes = [(np.arange(4) + 4 * (3 * iteration + each)) % 20 for each in range(3)]
        several = [_mixed_grads(caffe.weights, x[rows], target[rows]) for rows in passes]
        caffe.step([sum(grads) for grads in zip(*several, strict=True)])
    assert run(start) == 0
    for param, weight, diff in zip(params, caffe.weights, caffe.diffs, strict=True):
        _assert_close(param.get(), weight)
        _assert_close(start.solver.diff(param), diff)
    history = start.solver.history(params)
    for got, wanted in zip(history, caffe.history(start.solver.slots), strict=True):
        _assert_close(got, wanted)


def test_a_float16_run_goes_on_with_its_loss_scale(small: Case) -> None:
    whole, _ = small.run(precision="float16")
    state = json.loads((small.folder / "snap_iter_6.json").read_text())
    assert state["loss_scale"] == [FIRST, 6]
    resume = small.folder / "snap_iter_6.solverstate"
    resumed, _ = small.run(precision="float16", resume=resume)
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )
    assert json.loads((small.folder / "snap_iter_12.json").read_text())["loss_scale"] == [FIRST, 12]


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


class Seer:
    """Takes down every hook of a run."""

    def __init__(self, every: int | None = None) -> None:
        self.every = every
        self.seen: list[tuple[str, int]] = []
        self.losses: list[float] = []
        self.setups: list[Setup] = []
        self.ending: Ending | None = None

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        self.setups.append(setup)
        self.seen.append(("started", setup.iteration))

    @hookimpl
    def owltf_watch_every(self, setup: Setup) -> int | None:
        self.setups.append(setup)
        return self.every

    @hookimpl
    def owltf_testing(self, iteration: int, net_index: int, setup: Setup) -> None:
        self.setups.append(setup)
        self.seen.append((f"testing {net_index}", iteration))

    @hookimpl
    def owltf_tested(self, scores: Scores, setup: Setup) -> None:
        self.setups.append(setup)
        assert 0 <= scores.outputs["accuracy"] <= 1
        assert (scores.loss, scores.loss_weights) == (None, {"loss": 1.0})
        self.seen.append((f"tested {scores.net_index}", scores.iteration))

    @hookimpl
    def owltf_iterations(self, iterations: Iterations, setup: Setup) -> None:
        self.setups.append(setup)
        assert iterations.rate == pytest.approx(0.05)
        assert iterations.outputs["loss"] == iterations.losses[-1]
        assert setup.current_iteration() == iterations.last + 1
        self.losses += iterations.losses
        self.seen.append(("iterations", iterations.last))

    @hookimpl
    def owltf_displayed(self, display: Display, setup: Setup) -> None:
        self.setups.append(setup)
        if display.rate is not None:
            assert display.outputs["loss"].shape == ()
            assert display.rate == pytest.approx(0.05)
        self.seen.append(("displayed", display.iteration))

    @hookimpl
    def owltf_snapshot(
        self, iteration: int, caffemodel: Path, solverstate: Path, setup: Setup
    ) -> None:
        self.setups.append(setup)
        assert caffemodel.exists()
        assert solverstate.exists()
        self.seen.append(("snapshot", iteration))

    @hookimpl
    def owltf_run_ended(self, ending: Ending, setup: Setup) -> None:
        self.setups.append(setup)
        self.ending = ending
        self.seen.append((ending.reason, ending.iteration))


def test_hooks_see_the_run(small: Case) -> None:
    seer = Seer(5)
    assert run(small.start(), seer) == 0
    assert seer.seen == [
        ("started", 0),
        ("testing 0", 0),
        ("tested 0", 0),
        ("displayed", 0),
        ("iterations", 4),
        ("displayed", 4),
        ("snapshot", 6),
        ("testing 0", 6),
        ("tested 0", 6),
        ("displayed", 8),
        ("iterations", 9),
        ("iterations", 11),
        ("snapshot", 12),
        ("displayed", 12),
        ("testing 0", 12),
        ("tested 0", 12),
        ("finished", 12),
    ]
    assert all(setup is seer.setups[0] for setup in seer.setups)


def test_no_plugin_is_left_on_the_manager(small: Case) -> None:
    start = small.start()
    before = start.registry.manager.list_name_plugin()
    run(start, Seer())
    assert start.registry.manager.list_name_plugin() == before


@pytest.mark.parametrize("every", [1, 3])
def test_watching_changes_no_bit(small: Case, every: int) -> None:
    unwatched, told = small.run()
    recorder, seer, start = Recorder(), Seer(every), small.start()
    run(start, recorder, seer)
    np.testing.assert_array_equal(
        flat(start.nets.train.get_params()), flat(unwatched.nets.train.get_params())
    )
    assert [each.loss for each in recorder.displays] == [each.loss for each in told.displays]
    assert len(seer.losses) == 12
    last = [iteration for what, iteration in seer.seen if what == "iterations"]
    assert last == list(range(every - 1, 12, every))


def test_a_plugin_that_fails_loses_no_update(small: Case) -> None:
    """It is named in one line that says how to go on; the run that goes on ends bit-equal."""
    whole, told = small.run()
    for path in small.folder.glob("snap_iter_*"):
        path.unlink()

    class Broken:
        @hookimpl
        def owltf_displayed(self, display: Display) -> None:
            if display.iteration == 8:
                raise ValueError("the disk\nis full")

    seer, start = Seer(), small.start(again=("--allow-nan",), disabled_plugins=("other",))
    with pytest.raises(OwltfError) as raised:
        run(start, seer, Broken())
    assert str(raised.value) == (
        "plugin 'plugin1' fails in owltf_displayed: ValueError: the disk is full; "
        "repair it, or leave it out with --disable-plugin plugin1; "
        f"stopped at iteration 9; resume with: owltf --disable-plugin other run "
        f"{small.folder}/solver.prototxt --allow-nan --resume snap_iter_9.solverstate"
    )
    assert seer.seen[-2:] == [("snapshot", 9), ("failed", 9)]
    assert seer.ending == Ending("failed", 9, str(raised.value), raised.value)
    resumed, told_again = small.run(resume=small.folder / "snap_iter_9.solverstate")
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )
    assert told_again.tests[-1] == told.tests[-1]


@pytest.mark.parametrize("hook", ["owltf_run_started", "owltf_watch_every"])
def test_a_plugin_that_fails_before_the_first_update_leaves_nothing(small: Case, hook: str) -> None:
    def fail() -> None:
        raise OwltfError("no")

    seer = Seer()
    with pytest.raises(OwltfError, match="^no; stopped before the first update; nothing was"):
        run(small.start(), plugin(**{hook: fail}), seer)
    assert seer.seen[-1] == ("failed", 0)
    assert not list(small.folder.glob("snap_iter_*"))


def test_a_plugin_that_fails_at_the_end_is_told_after_everything(small: Case) -> None:
    class Broken:
        @hookimpl
        def owltf_snapshot(self, iteration: int) -> None:
            if iteration == 12:
                raise ValueError("full")

        @hookimpl
        def owltf_run_ended(self) -> None:
            raise KeyError("second")

    with pytest.raises(OwltfError, match="fails in owltf_snapshot: ValueError: full; .* resume"):
        run(small.start(), Broken())
    with pytest.raises(OwltfError, match="plugin 'plugin0' fails in owltf_run_ended: KeyError"):
        run(small.start(resume=small.folder / "snap_iter_12.solverstate"), Broken())
    assert len(list(small.folder.glob("snap_iter_*"))) == 6
