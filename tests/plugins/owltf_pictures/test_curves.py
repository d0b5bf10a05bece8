"""Curves of runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_pictures.curves import read_run, wanted

from owltf.api import OwltfError


def test_curves_of_a_log(here: Path) -> None:
    run = read_run(Path("a.log"))
    assert [curve.title for curve in run.curves] == [
        "loss",
        "test loss",
        "test #1 loss",
        "test accuracy",
        "err",
        "rate",
    ]
    assert run.curves[-1].iterations == [0, 10]


def test_tables_are_told_from_logs(here: Path) -> None:
    Path("a.csv").write_text("iteration,loss\n1,2\n")
    Path("a.json").write_text('{"iteration": 1, "loss": 2}\n')
    for name in ("a.csv", "a.json"):
        (curve,) = read_run(Path(name)).curves
        assert (curve.iterations, curve.values) == ([1], [2])


def test_some_of_them(here: Path) -> None:
    run = read_run(Path("a.log"))
    assert [each.name for each in wanted(run, ["rate", "err"]).curves] == ["err", "rate"]
    assert wanted(run, []).curves == run.curves
    with pytest.raises(OwltfError, match="has no curve 'x'"):
        wanted(run, ["x"])
