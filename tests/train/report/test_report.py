"""Report: the base tells nothing, outputs come in Caffe's order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from solver_case import Case

from owltf.train.report.report import Display, Output, Report, Scores, outputs_of


def test_the_base_tells_nothing(capfd: object) -> None:
    report = Report()
    report.displayed(Display(0, 1.0, 0.1, []))
    report.tested(Scores(0, 0, None, []))
    report.snapshot(Path("a"), Path("b"))
    report.stopped("x")
    report.close()
    assert capfd.readouterr().out == ""


def test_outputs_are_named_weighted_and_sorted(small: Case) -> None:
    (net,) = small.start().nets.tests
    values = {"loss": np.float32(0.5), "accuracy": np.float32(0.25)}
    assert outputs_of(net, values) == [Output("accuracy", [0.25], 0.0), Output("loss", [0.5], 1.0)]
