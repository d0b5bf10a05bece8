"""LiveLine at several widths."""

from __future__ import annotations

from typing import Any

import pytest

from owltf.plugin.events import Setup
from owltf.train.report.live_line import LiveLine
from owltf.train.report.time_left import TimeLeft


class Run:
    """A run whose iteration is set."""

    def __init__(self, max_iter: int = 1000, **more: Any) -> None:
        self.at = 0
        values = ("LeNet", "SGD", ["CPU"], 1, {}, 3, 0, max_iter, 64, lambda: self.at)
        speed = {"images_per_second": lambda: 640.0, "current_loss": lambda: 4.0 / (self.at + 1)}
        self.setup = Setup(*values, **{**speed, **more})


def line(run: Run, width: int, *moments: int, **more: Any) -> list[str]:
    made = LiveLine(run.setup, TimeLeft(), **more)
    made.rate = 0.01
    shown: list[str] = []
    for run.at in moments:
        shown = [text.plain for text in made.render(width)]
    return shown


def test_before_the_first_update() -> None:
    run = Run(images_per_second=lambda: 0.0)
    assert line(run, 60, 0) == ["────────────  0 of 1,000  compiling"]


def test_two_lines_where_it_is_narrow_and_one_where_it_is_wide() -> None:
    assert line(Run(), 60, 3, 7, 15) == [
        "──────────────────────  15 of 1,000  640 images/s  1:38 left",
        "loss 0.5833  █▄▁  rate 0.01",
    ]
    assert line(Run(), 160, 3, 7, 15) == [
        "────────────  15 of 1,000  loss 0.5833  █▄▁  rate 0.01  640 images/s  1:38 left"
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_no_line_is_too_long(width: int) -> None:
    long = Run(450_000, images_per_second=lambda: 0.5, waiting=lambda: 0.374)
    shown = line(long, width, *range(1, 100_000, 500))
    text = "  ".join(shown)
    for part in ("99,501 of 450,000", "0 images/s", "37% waiting for data", " left", "loss", "▁"):
        assert part in text
    assert max(map(len, shown)) <= width


def test_waiting_is_told_above_five_per_cent() -> None:
    assert not any("waiting" in text for text in line(Run(waiting=lambda: 0.05), 80, 5))


def test_a_terminal_without_other_characters() -> None:
    shown = line(Run(), 60, 100, 500, ascii_only=True)
    assert "\n".join(shown).isascii()
    assert shown[0].startswith("==========-----------")


def test_an_activity_stands_in_place_of_the_speed() -> None:
    run = Run()
    made = LiveLine(run.setup, TimeLeft())
    run.at, made.activity = 5, "testing net #0"
    (shown,) = (text.plain for text in made.render(80))
    assert shown.endswith("5 of 1,000  loss 0.6667  ▁  testing net #0")
