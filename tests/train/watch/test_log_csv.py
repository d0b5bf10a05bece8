"""--log-csv: what parse_log.py would make of the log."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from watched import scores, setup

from owltf.plugin.events import Display
from owltf.train.watch.log_csv import LogCsv


def test_two_tables(tmp_path: Path) -> None:
    run = setup(tmp_path / "snap", options={"log_csv": str(tmp_path / "log")})
    watcher = LogCsv.of(run)
    assert watcher
    watcher.owltf_run_started(run)
    for iteration in (0, 10):
        for net in (0, 1):
            watcher.owltf_testing(iteration, net, run)
            watcher.owltf_tested(scores(iteration, 0.25 + net, iteration, net), run)
        watcher.owltf_displayed(Display(iteration, 9.0, 0.5, {"loss": np.array(1e-7)}))
    watcher.owltf_displayed(Display(20, 9.0))
    watcher.owltf_run_ended()
    assert (
        (tmp_path / "log.train")
        .read_bytes()
        .startswith(b"NumIters,Seconds,LearningRate,loss\r\n0.0,")
    )
    train, test = (
        [*csv.DictReader((tmp_path / f"log.{phase}").read_text().splitlines())]
        for phase in ("train", "test")
    )
    assert [(row["NumIters"], row["loss"]) for row in train] == [
        ("0.0", "1e-07"),
        ("10.0", "1e-07"),
    ]
    assert [row["accuracy"] for row in test] == ["1.25", "1.25"]
    assert [row["loss"] for row in test] == ["0.0", "10.0"]
    assert {row["LearningRate"] for row in (*train, *test)} == {"0.5"}
    assert all(float(row["Seconds"]) >= 0 for row in (*train, *test))


def test_a_resumed_run_adds_its_rows(tmp_path: Path) -> None:
    for iteration in (0, 10):
        run = setup(
            tmp_path / "snap", options={"log_csv": str(tmp_path / "log")}, iteration=iteration
        )
        watcher = LogCsv.of(run)
        assert watcher
        watcher.owltf_run_started(run)
        watcher.owltf_displayed(Display(iteration, 9.0, 0.5, {"loss": np.array(1.0)}))
        watcher.owltf_run_ended()
    rows = (tmp_path / "log.train").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["NumIters", "0.0", "10.0"]


def test_a_new_run_begins_new_tables(tmp_path: Path) -> None:
    (tmp_path / "log.train").write_text("NumIters,Seconds\n1,2\n")
    run = setup(tmp_path / "snap", options={"log_csv": str(tmp_path / "log")})
    watcher = LogCsv.of(run)
    assert watcher
    watcher.owltf_run_started(run)
    watcher.owltf_run_ended()
    assert (tmp_path / "log.train").read_text() == ""
