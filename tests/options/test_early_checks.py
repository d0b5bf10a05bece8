"""Mistakes in a command line are found without TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from owltf.errors import OwltfError
from owltf.options.early_checks import check_early
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

NET = 'layer { name: "d" type: "Data" top: "d" data_param { source: "db" } }'
FINE: dict[str, Any] = {"weights": [Path("w")], "labels": Path("l"), "mean": "1,2,3", "gpu": None}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    for name in ("w", "l", "m"):
        Path(name).touch()
    return Registry(make_manager())


def test_what_is_there_is_fine(registry: Registry) -> None:
    check_early(registry, "net.prototxt", FINE, images=["m"])
    check_early(registry, "net.prototxt", {"mean": "m"})
    Path("db").mkdir()
    check_early(registry, "net.prototxt", FINE, test_nets=[0])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"file": "no.prototxt"}, "no.prototxt: not found"),
        ({"weights": [Path("w"), Path("none")]}, "no such weights file: none"),
        ({"labels": Path("none")}, "none: not found"),
        ({"mean": "none.npy"}, "none.npy: not found"),
        ({"gpu": "x"}, "--gpu takes numbers"),
        ({"images": ["m", "none.png"]}, "none.png: no such file or folder"),
        ({"test_nets": [0]}, "Data layer 'd' .*: source db: not found"),
    ],
)
def test_what_is_missing_is_named(registry: Registry, changes: dict[str, Any], reason: str) -> None:
    arguments = {name: changes[name] for name in ("images", "test_nets") if name in changes}
    flags = {**FINE, **changes}
    with pytest.raises(OwltfError, match=reason):
        check_early(registry, flags.pop("file", "net.prototxt"), flags, **arguments)


def test_tensorflow_is_not_loaded() -> None:
    code = "import sys, owltf.options.early_checks; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
