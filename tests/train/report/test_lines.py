"""LineReport: Caffe's own words."""

from __future__ import annotations

from pathlib import Path

from owltf.net.weights import Loaded
from owltf.train.report.lines import LineReport
from owltf.train.report.report import Display, Output, Scores, Setup


def test_lines_have_caffes_shape() -> None:
    lines: list[str] = []
    report = LineReport(lines.append)
    report.testing(500, 0)
    accuracy, loss = Output("accuracy", [0.98], 0), Output("loss", [0.0625], 0.5)
    report.tested(Scores(500, 0, None, [accuracy, loss]))
    report.displayed(Display(500, 0.42, 0.01, [Output("loss", [0.84], 0.5)]))
    report.snapshot(Path("lenet_iter_500.caffemodel"), Path("lenet_iter_500.solverstate"))
    report.last_loss(600, 1.0)
    report.finished()
    assert lines == [
        "Iteration 500, Testing net (#0)",
        "    Test net output #0: accuracy = 0.98",
        "    Test net output #1: loss = 0.0625 (* 0.5 = 0.03125 loss)",
        "Iteration 500, loss = 0.42",
        "    Train net output #0: loss = 0.84 (* 0.5 = 0.42 loss)",
        "Iteration 500, lr = 0.01",
        "Snapshotting to binary proto file lenet_iter_500.caffemodel",
        "Snapshotting solver state to binary proto file lenet_iter_500.solverstate",
        "Iteration 600, loss = 1",
        "Optimization Done.",
    ]


def test_outputs_of_many_values_have_a_line_each() -> None:
    lines: list[str] = []
    report = LineReport(lines.append)
    report.tested(Scores(0, 0, 2.5, [Output("per_class", [0.5, 1.0], 0), Output("a", [2], 0)]))
    assert lines == [
        "Test loss: 2.5",
        "    Test net output #0: per_class = 0.5",
        "    Test net output #1: per_class = 1",
        "    Test net output #2: a = 2",
    ]


def test_the_beginning_names_everything() -> None:
    lines: list[str] = []
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
        loaded={"a.caffemodel": loaded},
        notes=["a note"],
    )
    LineReport(lines.append).started(setup)
    text = "\n".join(lines)
    for part in ("LeNet", "431,080", "seed 3", "10 records", "1 layers loaded", "ip", "a note"):
        assert part in text
    assert lines[-1] == "Resuming at iteration 10 of 20"
