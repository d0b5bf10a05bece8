"""TimeLeft: updates and tests, without what is compiled."""

from __future__ import annotations

from math import isnan

from owltf.plugin.events import Setup
from owltf.train.report.time_left import TimeLeft


def setup(iteration: int, speed: float) -> Setup:
    values = ("LeNet", "SGD", ["CPU"], 1, {}, 3, 0, 1000, 10, lambda: iteration)
    return Setup(*values, images_per_second=lambda: speed)


def test_updates_and_tests() -> None:
    at = 0.0
    left = TimeLeft(lambda: at)
    assert isnan(left.seconds(setup(0, 0.0)))
    left.test_begins(0)
    # TensorFlow compiles.
    at = 60.0
    left.test_ends()
    assert left.seconds(setup(0, 100.0)) == 100
    for iteration in (100, 200):
        for _ in ("one net", "another"):
            left.test_begins(iteration)
            at += 5
            left.test_ends()
    assert left.seconds(setup(200, 100.0)) == 80 + 800 * 20 / 200


def test_without_tests() -> None:
    assert TimeLeft().seconds(setup(900, 50.0)) == 20
