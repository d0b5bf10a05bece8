"""TerminalReport: what a terminal shows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from owltf.train.report.report import Display, Output, Scores, Setup
from owltf.train.report.terminal import TerminalReport


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def setup(max_iter: int = 1000) -> Setup:
    return Setup("LeNet", "SGD", ["CPU"], 431080, {"TRAIN data mnist": "LMDB"}, 3, 0, max_iter, 64)


def text(console: Console) -> str:
    return console.file.getvalue()


def test_header_and_table(console: Console) -> None:
    report = TerminalReport(console)
    report.started(setup())
    report.watch(lambda: 5)
    report.testing(0, 0)
    report.tested(Scores(0, 0, None, [Output("accuracy", [0.9691], 0), Output("p", [1, 2], 0)]))
    report.snapshot(Path("a_iter_5.caffemodel"), Path("a_iter_5.solverstate"))
    report.finished()
    report.close()
    shown = text(console)
    for part in ("LeNet", "431,080", "LMDB", "accuracy", "0.9691", "p[1]", "a_iter_5.caffemodel"):
        assert part in shown


def test_the_line_tells_loss_rate_speed_and_time_left(console: Console) -> None:
    report = TerminalReport(console)
    report.started(setup())
    iterations = iter([0, 500, 500, 500, 500, 500, 500])
    report.watch(lambda: next(iterations, 500))
    report.displayed(Display(500, 0.25, 0.01, []))
    report.close()
    shown = text(console)
    for part in ("500 of 1,000", "loss 0.25", "rate 0.01", "images/s", "left"):
        assert part in shown


def test_how_to_resume_is_shown(console: Console) -> None:
    report = TerminalReport(console)
    report.stopped("resume with: owltf run x --resume y")
    assert "resume with: owltf run x --resume y" in text(console)
