"""The tests of the nets of a prototxt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from image_case import SOLVER, Images
from owltf_tester.options import TestOptions
from owltf_tester.report import ScoreReport
from owltf_tester.run import run_tests
from owltf_tester.tally import Result

from owltf.api import OwltfError, choose_devices
from owltf.testing import use_plugins


def run(file: str, test_net: int | None = None, **options: Any) -> list[Result]:
    class Report(ScoreReport):
        def note(self, note: str) -> None:
            notes.append(note)

        def close(self) -> None:
            notes.append("closed")

    with use_plugins() as registry:
        load = {
            "registry": registry,
            "devices": choose_devices(),
            "weights": [Path("net.caffemodel")],
            "snapshot": None,
            "reinit_mismatched": False,
            "allow_missing": True,
            "ignore_unknown_fields": False,
            "allow_python_layers": False,
        }
        return run_tests(file, test_net, TestOptions(**options), Report(), load)


notes: list[str] = []


@pytest.fixture(autouse=True)
def _no_notes() -> None:
    notes.clear()


def test_every_test_net_of_a_solver_is_tested_and_written(images: Images) -> None:
    Path("two.prototxt").write_text(SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 1"))
    results = run("two.prototxt", output=Path("out.json"))
    assert [result.batches for result in results] == [2, 1]
    loaded = "Weights from net.caffemodel: 2 layers loaded"
    assert notes == [loaded, loaded, "closed", "Wrote out.json"]
    written = json.loads(Path("out.json").read_text())
    assert (written["file"], written["weights"]) == ("two.prototxt", "net.caffemodel")
    assert [net["batches"] for net in written["nets"]] == [2, 1]
    (one,) = run("two.prototxt", 1, confusion=Path("m.csv"))
    assert (one.batches, Path("m.csv").exists()) == (1, True)


def test_the_report_is_closed_after_an_error(images: Images) -> None:
    net = Path("net.prototxt").read_text()
    Path("wrong.prototxt").write_text(
        net.replace("num_output: 4", "num_output: 3").replace('"ip"', '"ip3"')
    )
    with pytest.raises(OwltfError, match="label 3 is out of range"):
        run("wrong.prototxt", iterations=3)
    assert notes[-1] == "closed"


def test_one_confusion_matrix_holds_one_net(images: Images) -> None:
    Path("two.prototxt").write_text(SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 1"))
    with pytest.raises(OwltfError, match="the solver tests 2; add --test-net"):
        run("two.prototxt", confusion=Path("m.csv"))
