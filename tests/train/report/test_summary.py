"""What the end of a run says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from owltf.plugin.events import Scores, Setup
from owltf.train.report.summary import Summary


def test_lines(tmp_path: Path) -> None:
    summary = Summary()
    summary.begin()
    for iteration, accuracy in ((0, 0.1), (1000, 0.75), (2000, 0.5)):
        outputs = {"loss": np.array(0.1), "accuracy": np.array(accuracy)}
        summary.tests.add(Scores(iteration, 0, None, outputs, {"loss": 1.0}))
    for iteration in (5, 6):
        (tmp_path / f"{iteration}.solverstate").touch()
        summary.add_snapshot(tmp_path / f"{iteration}.solverstate")
    setup = Setup("n", "SGD", ["CPU"], 1, {}, 3, 0, 9, 64, int, images_per_second=lambda: 1234.5)
    assert [*summary.lines(setup)] == [
        "Time: 0:00; 1,234 images/s",
        "Best test: accuracy 0.75 at iteration 1,000",
        f"Snapshots: {tmp_path / '6.solverstate'} and 1 before it",
    ]
