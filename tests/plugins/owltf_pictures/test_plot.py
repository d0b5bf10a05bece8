"""owltf plot, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2


def test_a_picture_of_two_runs(here: Path, lines: Callable[..., list[str]]) -> None:
    Path("b.log").write_text("Iteration 0, loss = 2\nIteration 5, loss = 1\n")
    (line,) = lines("plot", "a.log", "b.log", "-o", "out.png", "--log-scale")
    assert line == "out.png: loss, accuracy, err, rate"
    assert cv2.imread("out.png").std() > 10


def test_in_the_terminal(here: Path, lines: Callable[..., list[str]]) -> None:
    said = lines("plot", "a.log", "--only", "rate")
    assert said[0] == "rate"
    assert said[-2].strip() == "* a.log: rate, last 0.001"


def test_what_is_refused(here: Path, refused: Callable[..., str]) -> None:
    Path("there.png").write_text("mine")
    Path("empty.log").write_text("nothing\n")
    Path("plain.log").write_text("Iteration 0, loss = 2\n")
    for words, reason in (
        (("none.log",), "none.log: no such file or directory"),
        (("empty.log",), "empty.log: no curves"),
        (("a.log", "--only", "accuracies"), "has no curve 'accuracies'; did you mean 'accuracy'"),
        (("a.log", "-o", "a.gif"), "a.gif: must end in .png, .svg, .pdf"),
        (("a.log", "-o", "there.png"), "there.png is there already"),
        (("plain.log", "--seconds"), "plain.log: its lines have no times"),
    ):
        assert reason in refused("plot", *words)
