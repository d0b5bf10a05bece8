"""LineReport: Caffe's own words."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from owltf.net.weights import Loaded
from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.train.report.lines import LineReport

SETUP = Setup("LeNet", "SGD", ["CPU"], 1, {}, 3, 400, 600, 64, lambda: 0, display=100)


class Lines(list[str]):
    """Keeps lines without their prefix, which they must have."""

    def append(self, line: str) -> None:
        found = re.match(r"I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ lines\.py:\d+\] ", line)
        assert found, line
        super().append(line[found.end() :])


def test_lines_have_caffes_shape() -> None:
    lines = Lines()
    report = LineReport(lines.append)
    report.owltf_testing(500, 0)
    means = {"accuracy": np.array(0.98), "loss": np.array(0.0625)}
    report.owltf_tested(Scores(500, 0, None, means, {"loss": 0.5}))
    report.owltf_displayed(Display(500, 0.42, 0.01, {"loss": np.array(0.84)}, {"loss": 0.5}), SETUP)
    report.owltf_snapshot(Path("lenet_iter_500.caffemodel"), Path("lenet_iter_500.solverstate"))
    report.owltf_displayed(Display(600, 1.0), SETUP)
    report.owltf_run_ended(Ending("finished", 600), SETUP)
    lines[3] = re.sub(r"\(.* iter/s, .*s/100 iters\)", "(SPEED)", lines[3])
    assert lines.pop(-3).startswith("Time: 0:00")
    assert lines == [
        "Iteration 500, Testing net (#0)",
        "    Test net output #0: accuracy = 0.98",
        "    Test net output #1: loss = 0.0625 (* 0.5 = 0.03125 loss)",
        "Iteration 500, loss = 0.42 (SPEED)",
        "    Train net output #0: loss = 0.84 (* 0.5 = 0.42 loss)",
        "Iteration 500, lr = 0.01",
        "Snapshotting to binary proto file lenet_iter_500.caffemodel",
        "Snapshotting solver state to binary proto file lenet_iter_500.solverstate",
        "Iteration 600, loss = 1",
        "Best test: accuracy 0.98 at iteration 500",
        "Optimization Done.",
    ]


def test_outputs_of_many_values_have_a_line_each() -> None:
    lines = Lines()
    report = LineReport(lines.append)
    outputs = {"per_class": np.array([0.5, 1.0]), "a": np.array([2])}
    report.owltf_tested(Scores(0, 0, 2.5, outputs))
    assert lines == [
        "Test loss: 2.5",
        "    Test net output #0: per_class = 0.5",
        "    Test net output #1: per_class = 1",
        "    Test net output #2: a = 2",
    ]


def test_the_beginning_names_everything() -> None:
    lines = Lines()
    loaded = Loaded(loaded=["conv1"], absent=["ip"])
    setup = Setup(
        net="LeNet",
        solver="SGD",
        devices=["CPU"],
        params=431080,
        sources={"TRAIN data mnist": "LMDB x: 10 records of 1x28x28"},
        seed=3,
        iteration=10,
        max_iter=20,
        batch=64,
        current_iteration=lambda: 10,
        loaded={"a.caffemodel": loaded},
        notes=["a note"],
    )
    LineReport(lines.append).owltf_run_started(setup)
    text = "\n".join(lines)
    for part in ("LeNet", "431,080", "seed 3", "10 records", "1 layers loaded", "ip", "a note"):
        assert part in text
    assert lines[-1] == "Resuming at iteration 10 of 20"


def test_how_to_resume_is_told_and_errors_are_others_to_tell() -> None:
    lines = Lines()
    report = LineReport(lines.append)
    report.owltf_run_ended(Ending("stopped", 5, "resume with: owltf run x --resume y"), SETUP)
    report.owltf_run_ended(Ending("failed", 5, "the loss is nan", ValueError()), SETUP)
    assert lines.pop(0).startswith("Time: 0:00")
    assert lines == ["Optimization stopped early.", "resume with: owltf run x --resume y"]


def test_a_run_goes_on_without_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    tried: list[str] = []

    def write(line: str) -> None:
        tried.append(line)
        raise OSError(28, "No space left on device")

    report = LineReport(write)
    report.owltf_testing(0, 0)
    report.owltf_testing(1, 0)
    assert len(tried) == 1
    assert tried[0].endswith("] Iteration 0, Testing net (#0)")
    assert capsys.readouterr().err == (
        "the output cannot be written (no space left on device); going on\n"
    )
