"""--log-json and the history file."""

from __future__ import annotations

import json
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
from watched import scores, setup

from owltf.plugin.events import Display, Ending, Iterations, Setup
from owltf.train.watch.json_lines import EVERY, JsonLines, history_path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def watch(run: Setup) -> None:
    watcher = JsonLines.of(run)
    assert watcher
    watcher.owltf_run_started(run)
    watcher.owltf_tested(scores(0, 0.5, 2.0))
    watcher.owltf_displayed(Display(0, nan, 0.5, {"p": np.array([1.5, 2.5])}), run)
    watcher.owltf_iterations(Iterations(0, [1.0, 3.0], 0.5, {}), run)
    watcher.owltf_snapshot(10, Path("a.caffemodel"), Path("a.solverstate"))
    watcher.owltf_run_ended(Ending("stopped", 10, "how to resume"))


def test_every_event_is_a_line_of_both_files(tmp_path: Path) -> None:
    options = {"log_json": str(tmp_path / "log"), "no_history": False}
    run = setup(tmp_path / "snap", options=options)
    watch(run)
    told = lines(tmp_path / "log")
    assert [line["event"] for line in told] == (
        ["started", "test", "train", "train", "snapshot", "ended"]
    )
    assert told[1]["outputs"] == {"accuracy": 0.5, "loss": 2.0}
    assert (told[2]["loss"], told[2]["rate"]) == ("nan", 0.5)
    assert told[2]["outputs"] == {"p": [1.5, 2.5]}
    assert (told[3]["iteration"], told[3]["loss"]) == (1, 2.0)
    assert told[5]["message"] == "how to resume"
    assert lines(history_path(run.prefix)) == told


def test_runs_of_one_prefix_follow_each_other(tmp_path: Path) -> None:
    for iteration in (0, 10):
        watch(setup(tmp_path / "snap", iteration, options={"no_history": False}))
    told = lines(tmp_path / "snap_history.jsonl")
    assert [line["iteration"] for line in told if line["event"] == "started"] == [0, 10]


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    assert JsonLines.of(setup(tmp_path / "snap", options={"no_history": True})) is None
    assert JsonLines.of(setup(tmp_path / "missing" / "snap", options={"no_history": False})) is None


def test_losses_are_asked_for_where_none_is_displayed(tmp_path: Path) -> None:
    watcher = JsonLines()
    assert watcher.owltf_watch_every(setup(tmp_path / "snap")) is None
    assert watcher.owltf_watch_every(setup(tmp_path / "snap", display=0)) == EVERY
