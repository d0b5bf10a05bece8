"""Logs of Caffe's and of owltf's."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from owltf_pictures.log_lines import read_log
from owltf_pictures.points import Point

CAFFES = Path(__file__).parents[4] / "shared" / "oracle" / "solvers"


def test_every_figure(here: Path) -> None:
    points = list(read_log(Path("a.log").read_text()))
    assert points[:-2] == [
        Point("accuracy", 0, 0.25, 0, 1.0),
        Point("loss", 0, 2.5, 0, 1.0),
        Point("loss", 0, 3, 1, 1.0),
        Point("loss", 0, 2.25, None, 1.5),
        Point("err", 0, 1e-05, None, 1.5),
        Point("rate", 0, 0.01, None, 1.5),
    ]
    assert math.isnan(points[-2].value)
    assert points[-1][:4] == ("rate", 10, 0.001, None)


def test_a_new_year_is_no_step_back(here: Path) -> None:
    *_, last = read_log(Path("a.log").read_text())
    assert last.seconds == pytest.approx(4, abs=0.1)


def test_lines_without_glogs_front(here: Path) -> None:
    fronts = Path("a.log").read_text().splitlines()
    plain = "\n".join(line.partition("] ")[2] for line in fronts)
    for one, other in zip(read_log(plain), read_log("\n".join(fronts)), strict=True):
        assert one[0:2] == other[0:2]
        assert one.of_test == other.of_test
        assert one.seconds is None


@pytest.mark.skipif(not CAFFES.exists(), reason=f"{CAFFES} is not there")
def test_a_log_of_caffes_own() -> None:
    points = list(read_log((CAFFES / "sgd_step" / "log.txt").read_text()))
    rates = [point.value for point in points if point.name == "rate"]
    assert rates[0] == 0.05
    assert rates[-1] == 0.003125
