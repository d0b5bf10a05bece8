"""What all reports of a test share."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_tester.measure import Measured
from owltf_tester.report import ScoreReport, class_rows, shown, weighted
from owltf_tester.tally import Result, Top
from owltf_tester.testing import Testing


def test_an_output_of_very_many_values_stays_out_of_the_lines() -> None:
    outputs = {"a": np.zeros(2), "map": np.zeros((101,))}
    assert list(shown(outputs)) == [("a", 0.0), ("a", 0.0)]


def test_a_class_without_records_has_no_accuracy() -> None:
    result = Result(1, 3, None, {}, per_class=[Top(1, 3), Top(0, 0)])
    testing = Testing("a", 0, 1, class_names=["ant", "bee"], per_class=True)
    assert list(class_rows(testing, result)) == [("ant", "0.3333", 3), ("bee", "-", 0)]
    assert list(class_rows(Testing("a", 0, 1, class_names=["ant", "bee"]), result)) == []


def test_an_output_that_counts_in_the_loss_is_weighted() -> None:
    testing = Testing("a", 0, 1, weights={"loss": 0.5})
    assert weighted(testing, "loss", 4.0) == " (* 0.5 = 2 loss)"
    assert weighted(testing, "accuracy", 4.0) == ""


def test_the_base_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    report, testing = ScoreReport(), Testing("a", 0, 1)
    report.note("a note")
    report.started(testing)
    report.measured(Measured(1), None)
    report.finished(testing, Result(1, 1, None, {}))
    report.close()
    assert capsys.readouterr().out == ""
