"""What a command line's extraction takes, and what people see of it."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_case import SOLVER, Images
from owltf_extractor.extraction import Extraction
from owltf_extractor.outputs import plan_outputs
from owltf_extractor.run import run_extraction, summary
from rich.console import Console
from some_rows import BLOB, OTHERS

from owltf.api import OwltfError, choose_devices
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

TWO_TEST_NETS = 'train_net: "net.prototxt" test_net: "net.prototxt" test_net: "net.prototxt"'


def run(file: str, **wishes: Any) -> int:
    """Extract `ip` into f.npy; return the number of rows."""
    load = {
        "registry": Registry(make_manager()),
        "devices": choose_devices(),
        "ignore_unknown_fields": False,
        "weights": [Path("net.caffemodel")],
    }
    asked = {"iterations": None, "whole": False, "test_net": 0, **wishes}
    run_extraction(file, ["ip"], "f.npy", load=load, settings={}, **asked)
    return len(np.load("f.npy"))


@pytest.mark.parametrize(
    ("file", "wishes", "rows"),
    [
        ("two.prototxt", {}, 16),
        ("two.prototxt", {"test_net": 1}, 8),
        ("two.prototxt", {"iterations": 3}, 24),
        ("two.prototxt", {"whole": True}, 22),
        ("net.prototxt", {}, 22),
        ("net.prototxt", {"iterations": 1}, 8),
    ],
)
def test_how_many_batches(images: Images, file: str, wishes: dict[str, Any], rows: int) -> None:
    text = SOLVER.replace('net: "net.prototxt"', TWO_TEST_NETS)
    Path("two.prototxt").write_text(text.replace("test_iter: 2", "test_iter: 2 test_iter: 1"))
    assert run(file, **wishes) == rows


def test_a_net_has_no_test_nets(images: Images) -> None:
    with pytest.raises(OwltfError, match=r"net\.prototxt: a net; only a solver has several"):
        run("net.prototxt", test_net=1)


def test_a_terminal_shows_how_far_it_is(
    images: Images, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = io.StringIO()
    terminal = partial(Console, file=screen, force_terminal=True, width=80)
    monkeypatch.setattr("rich.console.Console", terminal)
    run("net.prototxt")
    assert "3/3" in screen.getvalue()
    assert "batches" in screen.getvalue()
    assert capsys.readouterr().out.splitlines()[-1] == "f.npy: 22 rows of ip (4,)"


def test_each_file_is_told_of(here: Path) -> None:
    extraction = partial(Extraction, features=None, batches=[], total=0)  # type: ignore[arg-type]
    beside = extraction(outputs=plan_outputs("f.npy", [BLOB], OTHERS))
    assert list(summary(beside, 12345)) == [
        "f.npy: 12,345 rows of a/b (2, 3)",
        "f.key.npy: 12,345 rows of key",
        "f.label.npy: 12,345 rows of label",
    ]
    whole = extraction(outputs=plan_outputs("f.h5", [BLOB], OTHERS))
    assert list(summary(whole, 1)) == ["f.h5: 1 rows of key, label, a/b (2, 3)"]
