"""The figures of tests as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from owltf_tester.figures import write_figures
from owltf_tester.measure import Measured
from owltf_tester.tally import Result, Tally, Top
from owltf_tester.testing import Testing

from owltf.api import OwltfError


def test_every_figure_is_written(tmp_path: Path) -> None:
    testing = Testing("small", 1, 2, class_names=["ant", "bee"], views="flips")
    outputs = {"accuracy": np.array([0.5]), "each": np.array([0.25, 0.75])}
    per_class = [Top(1, 2), Top(0, 0)]
    result = Result(2, 8, 1.5, outputs, {1: Top(1, 2)}, per_class, np.array([[1, 1], [0, 0]]))
    path = tmp_path / "out.json"
    write_figures(path, [(testing, result)], file="net.prototxt", snapshot=3)
    assert path.read_text().endswith("}\n")
    half, none = {"accuracy": 0.5, "right": 1, "of": 2}, {"accuracy": None, "right": 0, "of": 0}
    assert json.loads(path.read_text()) == {
        "file": "net.prototxt",
        "snapshot": 3,
        "nets": [
            {
                "name": "small",
                "index": 1,
                "views": "flips",
                "batches": 2,
                "records": 8,
                "loss": 1.5,
                "outputs": {"accuracy": 0.5, "each": [0.25, 0.75]},
                "top": {"1": half},
                "classes": [{"name": "ant", **half}, {"name": "bee", **none}],
                "confusion": [[1, 1], [0, 0]],
            }
        ],
    }


def test_json_has_no_infinity(tmp_path: Path) -> None:
    tally = Tally(4, (1,), with_confusion=False)
    tally.add(Measured(2, loss=float("inf"), outputs={"loss": np.array(np.inf)}))
    path = tmp_path / "out.json"
    tested = [(Testing("small", 0, 1), tally.result())]
    write_figures(path, tested, file="net.prototxt", snapshot=None)
    figures = json.loads(path.read_text())
    assert (figures["file"], figures["snapshot"]) == ("net.prototxt", None)
    (found,) = figures["nets"]
    assert (found["loss"], found["outputs"]) == (None, {"loss": None})
    assert found["top"] == {"1": {"accuracy": None, "right": 0, "of": 0}}


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OwltfError):
        write_figures(tmp_path / "no" / "out.json", [])
