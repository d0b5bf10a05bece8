"""A test as lines."""

from __future__ import annotations

import numpy as np
from owltf_tester.lines import ScoreLines
from owltf_tester.measure import Measured
from owltf_tester.tally import Result, Top
from owltf_tester.testing import Testing


def test_lines_are_those_of_caffes_test() -> None:
    said: list[str] = []
    report = ScoreLines(said.append)
    testing = Testing("small", 1, 2, ["a note"], {"loss": 2.0}, ["ant", "bee"], per_class=True)
    outputs = {"accuracy": np.array(0.75), "loss": np.array(0.5)}
    report.note("Weights from net.caffemodel: 2 layers loaded")
    report.started(testing)
    for _ in range(2):
        report.measured(Measured(4, outputs=outputs), 3)
    report.finished(testing, Result(2, 8, 1.0, outputs, {1: Top(3, 4)}, [Top(1, 3), Top(0, 0)]))
    assert said == [
        "Weights from net.caffemodel: 2 layers loaded",
        "Testing small (#1)",
        "a note",
        "Running for 2 iterations.",
        "Batch 0, accuracy = 0.75",
        "Batch 0, loss = 0.5",
        "Batch 1, accuracy = 0.75",
        "Batch 1, loss = 0.5",
        "Loss: 1",
        "accuracy = 0.75",
        "loss = 0.5 (* 2 = 1 loss)",
        "top-1 = 0.75 (3 of 4)",
        "class ant = 0.3333 (of 3)",
        "class bee = - (of 0)",
    ]


def test_batches_without_outputs_and_a_second_net() -> None:
    said: list[str] = []
    report = ScoreLines(said.append)
    batch = Measured(8, labels=np.zeros(6))
    for testing in (Testing("a", 0, 1), Testing("", 1, 1)):
        report.started(testing)
        report.measured(batch, 5)
    assert said[2:] == [
        "Batch 0, 5 of 6 right",
        "Testing net (#1)",
        "Running for 1 iterations.",
        "Batch 0, 5 of 6 right",
    ]
