"""TerminalReport: what a terminal shows, as lines of text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.train.report.terminal import TerminalReport

FAILED = Ending("failed", 500, "the data", ValueError("the data"))


def terminal(width: int = 100, **environment: str) -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=True,
        width=width,
        height=30,
        color_system=None,
        _environ=environment,
    )


def setup(iteration: Callable[[], int] = lambda: 500, **more: Any) -> Setup:
    values = ("LeNet", "SGD", ["CPU"], 431080, {"TRAIN data d": "LMDB"}, 3, 0, 1000, 64, iteration)
    live = {"images_per_second": lambda: 640.0, "current_loss": lambda: 0.75}
    return Setup(*values, **{**live, **more})


def scores(iteration: int, accuracy: float = 0.5) -> Scores:
    return Scores(iteration, 0, None, {"accuracy": np.array(accuracy)})


def text(console: Console) -> str:
    """Return what was written."""
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def live(report: TerminalReport) -> list[str]:
    """Return the part of the screen that is drawn anew."""
    return "".join(each.text for each in report._render().segments).splitlines()


@pytest.fixture
def report() -> TerminalReport:
    report = TerminalReport(terminal(60))
    report._live.auto_refresh = False
    report.owltf_run_started(setup())
    return report


def test_below_the_table_stands_what_goes_on(report: TerminalReport) -> None:
    report.owltf_tested(scores(0, 0.5))
    report.owltf_tested(scores(250, 0.75))
    report.owltf_displayed(Display(400, 0.25, 0.01, {"a": np.array([1, 2]), "loss": np.array(3)}))
    report.owltf_snapshot(Path("lenet_iter_500.solverstate"))
    report.owltf_testing(500, 0)
    assert live(report) == [
        "        0        0.5           ",
        "      250       0.75*     +0.25",
        "snapshot lenet_iter_500.solverstate",
        "TRAIN at 400:  a[0] 1  a[1] 2  loss 3",
        "━━━━━━━━━━━━────────────  500 of 1,000  testing net #0",
        "loss 0.75  ▁  rate 0.01",
    ]
    assert text(report._console).count("iteration   accuracy     change") == 1
    report.owltf_run_ended(FAILED, setup())


def test_the_last_loss_is_shown_where_nothing_is_displayed(report: TerminalReport) -> None:
    assert live(report) == [
        "━━━━━━━━━━───────────  500 of 1,000  640 images/s  0:50 left",
        "loss 0.75  ▁",
    ]
    report.owltf_run_ended(FAILED, setup())


def test_rows_that_leave_the_live_part_stay(report: TerminalReport) -> None:
    for iteration in range(40):
        report.owltf_tested(scores(iteration, iteration / 100))
    assert len([line for line in live(report) if line.startswith("      ")]) == 12
    report.owltf_run_ended(Ending("finished", 500), setup())
    written = text(report._console).split("\x1b[2K")[-1].splitlines()
    assert written[0].split()[0] == "28"
    assert written[11].split() == ["39", "0.39*", "+0.01"]
    assert written[12:] == [
        "",
        "Time: 0:00; 640 images/s",
        "Best test: accuracy 0.39 at iteration 39",
        "Optimization done.",
    ]
    assert text(report._console).count("       27       0.27 ") == 1


def test_of_many_outputs_as_many_are_shown_as_fit(report: TerminalReport) -> None:
    report.owltf_displayed(Display(400, 0.25, 0.01, {"p": np.arange(1000) / 7}))
    shown = live(report)
    assert len(shown) == 5
    assert shown[0].startswith("TRAIN at 400:  p[0] 0  p[1] 0.142857")
    assert shown[2].split("  ")[-1].startswith("and 9")
    assert max(map(len, shown)) <= 60
    report.owltf_run_ended(FAILED, setup())


def test_the_display_of_one_more_batch_is_none_of_an_iteration(report: TerminalReport) -> None:
    report.owltf_displayed(Display(1000, 0.125))
    assert len(live(report)) == 2
    report.owltf_run_ended(FAILED, setup())


def test_a_terminal_that_cannot_go_back_gets_lines_alone() -> None:
    console = terminal(80, TERM="dumb")
    report = TerminalReport(console)
    with report.starting("Starting TensorFlow"):
        assert text(console) == "Starting TensorFlow\n"
    report.owltf_run_started(setup())
    report.owltf_testing(500, 0)
    report.owltf_tested(scores(500))
    report.owltf_displayed(Display(500, 0.25, 0.01, {"loss": np.array(3)}))
    report.owltf_snapshot(Path("lenet_iter_500.solverstate"))
    report.owltf_run_ended(Ending("finished", 500), setup())
    assert "\x1b" not in text(console)
    assert [line.rstrip() for line in text(console).splitlines()[-10:]] == [
        "iteration   accuracy     change",
        "      500        0.5*",
        "TRAIN at 500:  loss 3",
        "━━━━━━━━━━━━────────────  500 of 1,000  640 images/s  0:50 left",
        "loss 0.75  ▁  rate 0.01",
        "snapshot lenet_iter_500.solverstate",
        "",
        "Time: 0:00; 640 images/s",
        "Best test: accuracy 0.5 at iteration 500",
        "Optimization done.",
    ]


def test_how_to_resume_is_one_line_to_be_copied() -> None:
    console = terminal(40)
    line = "Stopped; resume with: owltf run a/long/path/of/a/solver.prototxt --resume y"
    TerminalReport(console).owltf_run_ended(Ending("stopped", 5, line), setup())
    assert line in text(console)


def test_why_a_run_ended_early_is_told() -> None:
    console = terminal()
    TerminalReport(console).owltf_run_ended(Ending("finished", 5, "good enough"), setup())
    assert "Optimization stopped early: good enough" in text(console)


def test_names_are_no_markup() -> None:
    console = terminal()
    report = TerminalReport(console)
    evil = "[/red]\033[2J"
    shown = r"[/red]\x1b[2J"
    told = setup(notes=[evil])
    report.owltf_run_started(told)
    report.owltf_tested(Scores(0, 0, None, {evil: np.array(1.0)}))
    report.owltf_displayed(Display(0, 0.5, 0.1, {evil: np.array(1.0)}))
    report.owltf_snapshot(Path(f"{evil}.solverstate"))
    assert sum(shown in line for line in live(report)) == 2
    report.owltf_run_ended(Ending("stopped", 5, evil), told)
    assert evil not in text(console)
    assert text(console).count(shown) >= 4
