"""Predictions in a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import io
import json

import pytest
from owltf_classifier.prediction import Guess, Prediction
from owltf_classifier.report import show_json, show_lines, show_table
from rich.console import Console

TWO = [
    Prediction("a.png", [Guess(2, 'n2 "cat"', 0.75), Guess(0, "ant", 0.04996)]),
    Prediction("b.png", []),
]


def test_a_terminal_shows_a_table() -> None:
    screen = io.StringIO()
    prediction = Prediction("a long name of a photo.png", [Guess(1, "bee [x]", 0.98765)])
    console = Console(file=screen, force_terminal=True, width=60, color_system=None)
    show_table(console, [prediction])
    said = screen.getvalue().splitlines()
    assert said[0].strip() == "a long name of a photo.png"
    assert "│ 0.9877 │ bee [x] │" in said


def test_a_pipe_is_given_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show_lines(TWO)
    assert capsys.readouterr().out.splitlines() == [
        "---------- Prediction for a.png ----------",
        '0.7500 - "n2 "cat""',
        '0.0500 - "ant"',
        "---------- Prediction for b.png ----------",
    ]


def test_lines_come_as_images_are_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    def said() -> object:
        yield TWO[0]
        assert "a.png" in capsys.readouterr().out
        yield TWO[1]

    show_lines(said())  # type: ignore[arg-type]
    assert "b.png" in capsys.readouterr().out


def test_json_is_one_list_with_all_digits(capsys: pytest.CaptureFixture[str]) -> None:
    show_json(iter(TWO))
    assert json.loads(capsys.readouterr().out) == [
        {
            "image": "a.png",
            "classes": [
                {"class": 2, "name": 'n2 "cat"', "score": 0.75},
                {"class": 0, "name": "ant", "score": 0.04996},
            ],
        },
        {"image": "b.png", "classes": []},
    ]
