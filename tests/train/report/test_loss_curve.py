"""LossCurve: smoothing, and heights."""

from __future__ import annotations

from math import isnan, nan

import pytest

from owltf.train.report.loss_curve import ASCII, LossCurve


def curve(*losses: float) -> LossCurve:
    made = LossCurve()
    for iteration, loss in enumerate(losses):
        made.add(iteration, loss)
    return made


def test_the_loss_is_about_the_mean_of_the_last_samples() -> None:
    assert isnan(curve().smoothed)
    assert curve(2.0, 4.0).smoothed == 3
    last = curve(*[9.0] * 20, *[1.0, 2.0] * 20)
    assert (last.iteration, last.smoothed) == (59, pytest.approx(1.5, abs=0.2))


def test_an_iteration_counts_once() -> None:
    made = curve(2.0, 4.0)
    made.add(1, 100.0)
    assert made.smoothed == 3


def test_heights_are_logarithms() -> None:
    made = curve()
    for iteration in range(64):
        made.add(iteration, 2.0**-iteration)
    line = made.line(8)
    assert line == "█▇▆▅▄▃▂▁"
    assert made.line(4, ASCII) == "'-._"
    assert curve(1.0, 1.0).line(8) == "▁▁"
    assert curve(1.0, -1.0).line(8) == "█▁"
    assert curve().line(8) == curve(1.0).line(0) == ""


def test_a_long_run_is_in_it_whole() -> None:
    line = curve(*[8.0] * 5000, *[1.0] * 5000).line(40)
    assert len(line) == 40
    assert line[:19] == "█" * 19
    assert line[21:] == "▁" * 19


def test_it_goes_on_after_a_loss_that_is_no_number() -> None:
    made = curve(2.0, nan)
    assert isnan(made.smoothed)
    made.add(2, 4.0)
    assert made.smoothed == 4
    assert made.line(8) == "▁█"
