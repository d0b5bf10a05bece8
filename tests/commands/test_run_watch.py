"""What watches `owltf run`: logs, when to stop, which snapshots to keep; and its summary."""

from __future__ import annotations

import json
import re
from pathlib import Path

from run_case import Case


def test_logs_stop_and_kept_snapshots(case: Case) -> None:
    case.change(
        "solver.prototxt", {"test_interval: 3": "test_interval: 1", "snapshot: 3": "snapshot: 1"}
    )
    options = ["--log-json", "log", "--log-csv", "table", "--tensorboard", "board"]
    stop = ["--stop-when", "loss not improved in 1 test", "--stop-when", "accuracy >= 0"]
    ran = case.run("solver.prototxt", *options, "--keep", "2", *stop, "--no-history")
    assert (ran.exit_code, ran.stderr) == (0, "")
    said = ran.stdout.splitlines()
    assert said[-2].endswith("] Optimization stopped early.")
    assert "] accuracy >= 0: accuracy is " in said[-1]
    # Before the first update there is nothing to keep.
    assert not list(case.folder.glob("snap*"))
    told = [json.loads(line) for line in Path("log").read_text().splitlines()]
    assert [line["event"] for line in told] == ["started", "test", "ended"]
    assert told[-1]["message"].startswith("accuracy >= 0: ")

    ran = case.run("solver.prototxt", "--keep", "2", "--stop-when", "loss < 0")
    assert sorted(path.name for path in case.folder.glob("snap*.caffemodel")) == [
        "snap_iter_5.caffemodel",
        "snap_iter_6.caffemodel",
    ]
    assert re.search(r"\] Time: 0:\d\d; [\d,]+ images/s$", ran.stdout, re.M)
    assert re.search(r"\] Best test: accuracy \S+ at iteration \d$", ran.stdout, re.M)
    assert "] Snapshots: snap_iter_6.solverstate and 1 before it\n" in ran.stdout
    assert Path("snap_history.jsonl").exists()


def test_an_early_end_keeps_the_weights(case: Case) -> None:
    case.change("solver.prototxt", {"snapshot: 3": "snapshot_after_train: false"})
    case.change(
        "solver.prototxt", {"test_interval: 3": "test_interval: 2 test_initialization: false"}
    )
    assert case.lines("solver.prototxt", "--stop-when", "accuracy >= 0")[-1].endswith("iteration 2")
    assert Path("snap_iter_2.solverstate").exists()


def test_a_wrong_condition_and_a_missing_output_are_one_line(case: Case) -> None:
    assert case.refused("solver.prototxt", "--stop-when", "x").startswith(
        "invalid value for '--stop-when': 'x' is no condition"
    )
    assert case.refused("solver.prototxt", "--keep-best", "acuracy") == (
        "--keep-best: no test net has an output 'acuracy': did you mean 'accuracy'?"
    )
