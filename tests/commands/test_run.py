"""`owltf run` as its users call it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from run_case import NET, SOLVER, Case


def events(lines: list[str]) -> list[str]:
    """Give the lines from the first event on, without what follows an equals sign."""
    first = next(place for place, line in enumerate(lines) if line.startswith("Iteration"))
    return [re.sub(r" = .*", "", line) for line in lines[first:]]


def values(lines: list[str], name: str) -> Iterator[float]:
    """Yield the numbers after `name = `."""
    for line in lines:
        found = re.search(rf"\b{name} = (\S+)", line)
        if found:
            yield float(found[1])


def a_test(iteration: int, net: int = 0) -> list[str]:
    return [
        f"Iteration {iteration}, Testing net (#{net})",
        "    Test net output #0: accuracy",
        "    Test net output #1: loss",
    ]


def a_display(iteration: int) -> list[str]:
    return [
        f"Iteration {iteration}, loss",
        "    Train net output #0: loss",
        f"Iteration {iteration}, lr",
    ]


def a_snapshot(iteration: int, prefix: str = "snap") -> list[str]:
    return [
        f"Snapshotting to binary proto file {prefix}_iter_{iteration}.caffemodel",
        f"Snapshotting solver state to binary proto file {prefix}_iter_{iteration}.solverstate",
    ]


@pytest.mark.parametrize("plain", [[], ["--plain"]], ids=["piped", "plain"])
def test_lines_are_those_of_caffes_log(case: Case, plain: list[str]) -> None:
    lines = case.lines("solver.prototxt", *plain)
    assert lines[:6] == [
        "Starting TensorFlow",
        "Solving tiny",
        "Solver: SGD, lr_policy fixed, base_lr 0.05; 372 parameters; random seed 1",
        "Devices: CPU; 4 images an iteration",
        "TRAIN data data: LMDB train_lmdb: 10 records of 3x8x8",
        "TEST data data: LMDB train_lmdb: 10 records of 3x8x8",
    ]
    assert events(lines) == [
        *a_test(0),
        *a_display(0),
        *a_display(2),
        *a_snapshot(3),
        *a_test(3),
        *a_display(4),
        *a_snapshot(6),
        "Iteration 6, loss",
        *a_test(6),
        "Optimization Done.",
    ]
    assert all(loss > 0 for loss in values(lines, "loss"))
    assert all(0 <= score <= 1 for score in values(lines, "accuracy"))
    assert "    Train net output #0: loss = " in "\n".join(lines)
    assert re.search(r"loss = (\S+) \(\* 1 = \1 loss\)", "\n".join(lines))
    assert set(values(lines, "lr")) == {0.05}
    assert {path.name for path in case.folder.glob("snap_iter*")} == {
        f"snap_iter_{iteration}.{suffix}"
        for iteration in (3, 6)
        for suffix in ("caffemodel", "solverstate", "json")
    }


def test_events_that_a_solver_switches_off_or_doubles(case: Case) -> None:
    case.change(
        "solver.prototxt",
        {
            "test_iter: 2": "test_iter: 2 test_iter: 1 test_initialization: false",
            "max_iter: 6": "max_iter: 7",
            "snapshot: 3": "snapshot: 5 snapshot_after_train: false test_compute_loss: true",
        },
    )
    test_3, test_6 = (
        [
            *(step[0], "Test loss:", *step[1:]),
            *(again[0], "Test loss:", *again[1:]),
        ]
        for step, again in ((a_test(each), a_test(each, 1)) for each in (3, 6))
    )
    lines = [re.sub(r"Test loss: .*", "Test loss:", line) for line in case.lines()]
    assert events(lines) == [
        *a_display(0),
        *a_display(2),
        *test_3,
        *a_display(4),
        *a_snapshot(5),
        *test_6,
        *a_display(6),
        "Optimization Done.",
    ]


def test_no_display_and_a_snapshot_at_the_end(case: Case) -> None:
    edits = {"display: 2": "", "test_iter: 2\ntest_interval: 3": "", "snapshot: 3": "snapshot: 4"}
    case.change("solver.prototxt", edits)
    lines = case.lines()
    assert lines[-5:] == [*a_snapshot(4), *a_snapshot(6), "Optimization Done."]


def test_without_a_prefix_snapshots_are_named_after_the_solver(case: Case) -> None:
    case.change("solver.prototxt", {'snapshot_prefix: "snap"': "", "max_iter: 6": "max_iter: 1"})
    assert a_snapshot(1, "solver")[1] in case.lines()


def test_average_loss(case: Case) -> None:
    edits = {"display: 2": "display: 1 average_loss: 3", "test_iter: 2\ntest_interval: 3": ""}
    case.change("solver.prototxt", edits)
    lines = case.lines()
    single = list(values([line for line in lines if "Train net" in line], "loss"))
    shown = list(values([line for line in lines if line.startswith("Iteration")], "loss"))
    wanted = [np.mean(single[max(0, place - 2) : place + 1]) for place in range(6)]
    np.testing.assert_allclose(shown[:-1], wanted, rtol=1e-4)
    assert len(shown) == 7


def test_the_rate_of_each_displayed_iteration(case: Case) -> None:
    edits = {'"fixed"': '"step" gamma: 0.1 stepsize: 3', "display: 2": "display: 1"}
    case.change("solver.prototxt", edits)
    assert list(values(case.lines(), "lr")) == pytest.approx([0.05] * 3 + [0.005] * 3)


@pytest.mark.parametrize(
    ("replicas", "way"), [(1, ["--resume", "snap_iter_3.solverstate"]), (2, ["--snapshot", "1"])]
)
def test_a_resumed_run_ends_as_the_uninterrupted_one(
    case: Case, replicas: int, way: list[str]
) -> None:
    """With crops, mirrors and dropout drawn at random; the records wrap around within a batch."""
    case.change("solver.prototxt", {"momentum": "iter_size: 2 average_loss: 4 momentum"})
    case.change("net.prototxt", {"batch_size: 4": "batch_size: 4 rand_skip: 9"})
    devices = ["--cpu-replicas", replicas]
    whole = case.lines("solver.prototxt", *devices)
    ended = case.contents()
    for path in case.folder.glob("snap_iter_6.*"):
        path.unlink()
    resumed = case.lines("solver.prototxt", *devices, *way)
    assert case.contents() == ended
    assert "Weights from snap_iter_3.caffemodel: 2 layers loaded" in resumed
    assert "Resuming at iteration 3 of 6" in resumed
    place = whole.index("Iteration 3, Testing net (#0)")
    assert resumed[-len(whole[place:]) :] == whole[place:]


def test_a_snapshot_of_caffes_own_is_resumed_from_the_first_record(trained: Case) -> None:
    for path in trained.folder.glob("*.json"):
        path.unlink()
    lines = trained.lines("solver.prototxt", "--snapshot", "1")
    assert "Resuming from Caffe's own snapshot: the data start at their first record" in lines
    assert json.loads(Path("snap_iter_6.json").read_text())["train"] == {"data": 12}


def test_weights_of_several_files(trained: Case) -> None:
    """The later file wins; layers that are in none keep their fillers' values."""
    trained.change("solver.prototxt", {"base_lr: 0.05": "base_lr: 0", "max_iter: 6": "max_iter: 1"})
    trained.change("net.prototxt", {'name: "ip"': 'name: "fc"'})
    lines = trained.lines(
        "solver.prototxt", "--weights", "snap_iter_3.caffemodel,snap_iter_6.caffemodel"
    )
    for iteration in (3, 6):
        told = "1 layers loaded; not in the file: fc; not in the net: ip"
        assert f"Weights from snap_iter_{iteration}.caffemodel: {told}" in lines
    got, last = trained.weights("snap_iter_1.caffemodel"), trained.weights("snap_iter_6.caffemodel")
    np.testing.assert_array_equal(got["conv"][0], last["conv"][0])
    assert np.std(got["fc"][0]) > 0.05


def test_layers_of_other_shapes_are_initialised_anew(trained: Case) -> None:
    trained.change("net.prototxt", {"{ num_output: 4 weight": "{ num_output: 5 weight"})
    trained.change("solver.prototxt", {"base_lr: 0.05": "base_lr: 0", "max_iter: 6": "max_iter: 1"})
    weights = ["--weights", "snap_iter_6.caffemodel"]
    lines = trained.lines("solver.prototxt", *weights, "--reinit-mismatched")
    told = "1 layers loaded; initialised anew, as their shape differs: ip"
    assert f"Weights from snap_iter_6.caffemodel: {told}" in lines
    got = trained.weights("snap_iter_1.caffemodel")
    assert got["ip"][0].shape == (5, 64)
    assert np.std(got["ip"][0]) > 0.05


def test_a_run_of_another_shape_is_resumed(trained: Case) -> None:
    trained.change("net.prototxt", {"{ num_output: 4 weight": "{ num_output: 5 weight"})
    lines = trained.lines("solver.prototxt", "--snapshot", "1", "--reinit-mismatched")
    told = "1 layers loaded; initialised anew, as their shape differs: ip"
    assert f"Weights from snap_iter_3.caffemodel: {told}" in lines
    assert "Resuming at iteration 3 of 6" in lines
    assert trained.weights("snap_iter_6.caffemodel")["ip"][0].shape == (5, 64)


def test_fields_that_are_not_known_can_be_left_out(case: Case) -> None:
    case.change(
        "solver.prototxt", {"momentum": "warm_up: 5 momentum", "max_iter: 6": "max_iter: 1"}
    )
    case.change("net.prototxt", {"kernel_size": "fast: true kernel_size"})
    lines = case.lines("solver.prototxt", "--ignore-unknown-fields")
    assert [line for line in lines if "unknown" in line] == [
        "Ignored unknown field: solver.prototxt:3:1: warm_up",
        "Ignored unknown field: net.prototxt:9:37: fast",
    ]


@pytest.mark.parametrize(
    ("flags", "images"), [([], 4), (["--batch-per-gpu"], 8)], ids=["split", "each"]
)
def test_the_batch_of_two_replicas(case: Case, flags: list[str], images: int) -> None:
    case.change("solver.prototxt", {"max_iter: 6": "max_iter: 3"})
    lines = case.lines("solver.prototxt", "--cpu-replicas", "2", *flags)
    assert f"Devices: CPU 0, CPU 1; {images} images an iteration" in lines
    state = json.loads(Path("snap_iter_3.json").read_text())
    assert (state["train"], state["replicas"]) == ({"data": 3 * images}, 2)


def test_replicas_end_where_one_device_does(trained: Case) -> None:
    one = trained.weights("snap_iter_6.caffemodel")
    trained.lines("solver.prototxt", "--cpu-replicas", "3")
    three = trained.weights("snap_iter_6.caffemodel")
    for name, blobs in one.items():
        for got, wanted in zip(three[name], blobs, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_a_resume_on_other_devices_is_told(trained: Case) -> None:
    lines = trained.lines("solver.prototxt", "--snapshot", "1", "--cpu-replicas", "2")
    told = r"Resuming with 2 parts of a batch and \d+ threads what ran with 1"
    assert any(re.match(told, line) for line in lines)


def test_a_loss_that_is_not_a_number_can_be_allowed(case: Case) -> None:
    case.change("solver.prototxt", {"base_lr: 0.05": "base_lr: 1e30"})
    lines = case.lines("solver.prototxt", "--allow-nan")
    assert lines[-1] == "Optimization Done."
    assert "Iteration 4, loss = nan" in lines


def test_a_net_without_a_loss_is_told(case: Case) -> None:
    case.change(
        "net.prototxt", {'"SoftmaxWithLoss" bottom: "ip" bottom: "label"': '"TanH" bottom: "ip"'}
    )
    case.change("solver.prototxt", {"max_iter: 6": "max_iter: 1"})
    assert "The net has no loss: only weight_decay changes its weights" in case.lines()


def test_a_solver_in_a_folder_and_its_net_inside_it(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data and snapshots are looked for beside the solver too."""
    inside = SOLVER.replace('net: "net.prototxt"', f"net_param {{ {NET} }}")
    inside = inside.replace('"snap"', '"out/snap"').replace("max_iter: 6", "max_iter: 1")
    (case.folder / "inside.prototxt").write_text(inside)
    (case.folder / "out").mkdir()
    monkeypatch.chdir(case.folder.parent)
    lines = case.lines("case/inside.prototxt")
    assert a_snapshot(1, str(case.folder / "out" / "snap"))[1] in lines


def test_ctrl_c_before_training_is_one_line(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("owltf.train.prepare.prepare", interrupted)
    result = case.run()
    assert (result.exit_code, result.stderr) == (130, "owltf: interrupted\n")


def test_help(case: Case) -> None:
    result = case.run("--help")
    assert result.exit_code == 0
    assert "Usage: owltf run [OPTIONS] SOLVER" in result.stdout
