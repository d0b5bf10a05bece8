"""Curves in a terminal."""

from __future__ import annotations

import math
from pathlib import Path

from owltf_pictures.curves import Curve, Run
from owltf_pictures.curves_text import text_lines


def test_a_falling_curve() -> None:
    run = Run(Path("a.log"), [Curve("loss", None, [0, 50, 100], [100, 10, 1])])
    lines = list(text_lines([run], seconds=False, log_scale=True))
    assert lines[0] == "loss (logarithmic)"
    rows = lines[1:13]
    assert (rows[0].split()[0], rows[-1].split()[0]) == ("100", "1")
    marks = [
        (number, row.partition("|")[2].index("*")) for number, row in enumerate(rows) if "*" in row
    ]
    assert marks == [(0, 0), (6, 32), (11, 63)]
    assert all(len(line) <= 80 for line in lines)
    assert "0 to 100 iterations" in lines[14]
    assert lines[15].strip() == "* a.log: loss, last 1"


def test_several_curves_and_what_is_no_number() -> None:
    curves = [Curve("loss", None, [0, 1], [math.nan, 5]), Curve("loss", 0, [0], [math.inf])]
    lines = list(text_lines([Run(Path("a"), curves)], seconds=False, log_scale=False))
    assert sum("*" in line for line in lines[:13]) == 1
    assert not any("o" in line.partition("|")[2] for line in lines[1:13])
    assert list(text_lines([Run(Path("a"), curves[1:])], seconds=False, log_scale=False)) == [""]
