"""TerminalReport: what a terminal shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.train.report.terminal import TerminalReport


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def setup(iteration: Callable[[], int] = lambda: 5) -> Setup:
    sources = {"TRAIN data mnist": "LMDB"}
    values = ("LeNet", "SGD", ["CPU"], 431080, sources, 3, 0, 1000, 64, iteration)
    return Setup(*values, images_per_second=lambda: 640.0, current_loss=lambda: 0.75)


def test_the_last_loss_is_shown_whatever_is_displayed(console: Console) -> None:
    report = TerminalReport(console)
    report.owltf_run_started(setup(lambda: 500))
    report.owltf_run_ended(Ending("failed", 500, "the data", ValueError("the data")), setup())
    shown = text(console)
    for part in ("loss 0.75", "640 images/s", "0:50 left"):
        assert part in shown


def text(console: Console) -> str:
    return console.file.getvalue()


def test_header_and_table(console: Console) -> None:
    report = TerminalReport(console)
    report.owltf_run_started(setup())
    report.owltf_testing(0)
    means = {"accuracy": np.array(0.9691), "p": np.array([1, 2])}
    report.owltf_tested(Scores(0, 0, None, means))
    report.owltf_snapshot(Path("a_iter_5.caffemodel"), Path("a_iter_5.solverstate"))
    report.owltf_run_ended(Ending("finished", 5), setup())
    shown = text(console)
    for part in ("LeNet", "431,080", "LMDB", "accuracy", "0.9691", "p[1]", "a_iter_5.caffemodel"):
        assert part in shown


def test_the_line_tells_loss_rate_speed_and_time_left(console: Console) -> None:
    report = TerminalReport(console)
    report.owltf_run_started(setup(lambda: 500))
    report.owltf_displayed(Display(500, 0.25, 0.01))
    report.owltf_displayed(Display(500, 0.125))
    report.owltf_run_ended(Ending("failed", 500, "the data", ValueError("the data")), setup())
    shown = text(console)
    for part in ("500 of 1,000", "loss 0.125", "rate 0.01", "images/s", "left"):
        assert part in shown


def test_how_to_resume_is_shown(console: Console) -> None:
    report = TerminalReport(console)
    report.owltf_run_ended(Ending("stopped", 5, "resume with: owltf run x --resume y"), setup())
    assert "resume with: owltf run x --resume y" in text(console)


def test_names_are_no_markup(console: Console) -> None:
    report = TerminalReport(console)
    evil = "[/red]\033[2J"
    told = Setup(evil, "SGD", ["CPU"], 1, {evil: evil}, 3, 0, 1000, 64, lambda: 5, notes=[evil])
    report.owltf_run_started(told)
    report.owltf_tested(Scores(0, 0, None, {evil: np.array(1.0)}))
    report.owltf_snapshot(Path(f"{evil}_iter_5.caffemodel"), Path("x.solverstate"))
    report.owltf_run_ended(Ending("stopped", 5, evil), told)
    shown = text(console)
    assert shown.count(r"[/red]\x1b[2J") == 8
    assert "\033[2J" not in shown
