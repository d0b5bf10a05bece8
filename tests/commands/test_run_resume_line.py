"""The line by which a stopped run is resumed: it repeats what changes the figures."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from collections.abc import Callable, Sequence

import pytest
from python_case import write_module
from run_case import LOSS, Case

from owltf.commands.run import run
from owltf.registry.markers import hookimpl
from owltf.runtime.devices import one_cpu
from owltf.train.report.lines import LineReport
from owltf.train.signals import Signals

PATIENCE = 120

# The options that change what a run computes.
DEVICES = (["--gpu", "1,0"], ["--num-gpu", "1"], ["--cpu-replicas", "2"])
BOUNDS = (
    ["--max-image-pixels", "9000"],
    ["--precision", "float16"],
    ["--level", "2"],
    ["--stage", "late"],
    ["--sighup-effect", "stop"],
    ["--recompute"],
)
SWITCHES = (
    "--batch-per-gpu",
    "--sync-batch-norm",
    "--allow-nan",
    "--xla",
    "--ignore-unknown-fields",
    "--allow-python-layers",
    "--skip-bad-records",
)
# Those that the resumed run does not need, and why.
LEFT_OUT = {
    "--plain": "it changes what is seen",
    "--reinit-mismatched": "the snapshot has the net's shapes",
    "--resume": "it is given anew",
    "--snapshot": "--resume takes its place",
    "--weights": "they are in the snapshot",
    "--wait-for-workers": "it changes no figure",
}
# Those that are not tried here, and why.
UNTRIED = {
    "--half-batches": "TensorFlow has started here, with threads of its own",
    "--sigint-effect": "Ctrl-C would not stop the run",
    "--solver": "it is Caffe's way to give the first word",
}
NET = """
layer { name: "data" type: "DummyData" top: "data" top: "wanted" dummy_data_param {
  shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 } data_filler { type: "gaussian" } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "wanted" top: "loss" }
"""
CLAMP = """layer { name: "clamp" type: "Python" bottom: "ip" top: "ip"
  python_param { module: "pyloss" layer: "Clamp" } }"""
SOLVER = """net: "net.prototxt" base_lr: 0.05 lr_policy: "fixed" max_iter: 4 test_iter: 1
test_interval: 1 test_initialization: false snapshot_prefix: "snap" random_seed: 1
"""


@pytest.fixture
def quick(case: Case) -> Case:
    """A net that is built in no time, and tested after each iteration."""
    (case.folder / "net.prototxt").write_text(NET)
    (case.folder / "solver.prototxt").write_text(SOLVER)
    return case


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Send SIGINT to this process when the test after so many iterations begins, once."""
    taken = threading.Event()
    take = Signals._take

    def take_and_tell(signals: Signals, number: int) -> None:
        take(signals, number)
        taken.set()

    monkeypatch.setattr(Signals, "_take", take_and_tell)

    def stop(iteration: int) -> None:
        left = [iteration]
        taken.clear()

        @hookimpl
        def testing(report: LineReport, iteration: int) -> None:
            if iteration in left:
                left.remove(iteration)
                os.kill(os.getpid(), signal.SIGINT)
                # A thread takes it, for which a busy machine may have no time before the next
                # iteration.
                assert taken.wait(PATIENCE)

        monkeypatch.setattr(LineReport, "owltf_testing", testing)

    return stop


StopAt = Callable[[int], None]


def resume_line(case: Case, *flags: str) -> list[str]:
    """Run until it is stopped; return the words of the command that goes on."""
    result = case.run("solver.prototxt", *flags)
    assert (result.exit_code, result.stderr) == (130, "")
    words = shlex.split(result.stdout.splitlines()[-1].partition("; resume with: ")[2])
    assert words[:3] == ["owltf", "run", "solver.prototxt"]
    return words[3:]


def options(words: Sequence[str]) -> set[str]:
    """Return options, each with its value, in no order."""
    return set(" ".join(words).replace(" --", "\n--").splitlines())


def test_every_option_is_known_here() -> None:
    found = {name for param in run.params for name in param.opts if name.startswith("--")}
    assert found == {*(name for name, *_ in (*DEVICES, *BOUNDS)), *SWITCHES, *LEFT_OUT, *UNTRIED}


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--whole-batches"],
        *DEVICES,
        *BOUNDS,
        *([name] for name in SWITCHES),
        *([*device, *SWITCHES] for device in DEVICES),
    ],
    ids=" ".join,
)
def test_what_changes_the_figures_is_repeated(
    quick: Case, stop_at: StopAt, monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    # There need be no GPU here.
    monkeypatch.setattr("owltf.runtime.devices.choose_devices", lambda **wishes: one_cpu())
    stop_at(1)
    wanted = [*flags, "--resume", "snap_iter_1.solverstate"]
    assert options(resume_line(quick, *flags)) == options(wanted)


def test_what_the_snapshot_holds_is_not_repeated(quick: Case, stop_at: StopAt) -> None:
    stop_at(1)
    wanted = ["--resume", "snap_iter_1.solverstate"]
    assert resume_line(quick, "--plain") == wanted
    stop_at(1)
    weights = ["--weights", "snap_iter_1.caffemodel", "--reinit-mismatched"]
    assert resume_line(quick, *weights) == wanted
    stop_at(2)
    again = resume_line(quick, *wanted, "--reinit-mismatched")
    assert again == ["--resume", "snap_iter_2.solverstate"]


def test_before_a_snapshot_of_its_own_a_run_is_resumed_as_it_was(
    quick: Case, stop_at: StopAt
) -> None:
    """The net's layer has another shape than in the snapshot that the run came from."""
    stop_at(1)
    resume_line(quick)
    quick.change("net.prototxt", {"dim: 4 dim: 3": "dim: 4 dim: 5"})
    came_from = ["--resume", "snap_iter_1.solverstate"]
    stop_at(1)
    again = resume_line(quick, *came_from, "--reinit-mismatched")
    assert options(again) == options([*came_from, "--reinit-mismatched"])
    assert quick.lines("solver.prototxt", *again)[-1] == "Optimization Done."


def test_the_line_goes_on_with_a_run_that_needs_every_switch(quick: Case, stop_at: StopAt) -> None:
    write_module(quick.folder)
    quick.change("net.prototxt", {LOSS: f"{CLAMP}\n{LOSS}"})
    quick.change("solver.prototxt", {"base_lr: 0.05": "base_lr: 1e30 warm_up: 5"})
    stop_at(3)
    again = resume_line(quick, "--cpu-replicas", "2", *SWITCHES)
    lines = quick.lines("solver.prototxt", *again)
    assert "Devices: CPU 0, CPU 1; 8 images an iteration" in lines
    assert "Resuming at iteration 3 of 4" in lines
    assert lines[-1] == "Optimization Done."
    for name in ("--allow-nan", "--ignore-unknown-fields", "--allow-python-layers"):
        assert (
            quick.run("solver.prototxt", *(each for each in again if each != name)).exit_code == 2
        )
