"""Launchers are programs that call owltf."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from owltf_caffe_tools.call_program import programs
from owltf_caffe_tools.launchers import SCRIPTS, write_launchers

from owltf.api import OwltfError


def test_every_program_has_two(here: Path) -> None:
    for _ in range(2):
        paths = write_launchers(Path("build/tools"), force=False)
    names = {path.name for path in Path("build/tools").iterdir()}
    assert names == {path.name for path in paths}
    assert names == {*programs(), *(f"{name}.bin" for name in programs()), *SCRIPTS}
    assert all(os.access(path, os.X_OK) for path in paths)


def test_a_launcher_calls_owltf(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/echo")
    write_launchers(Path("tools"), force=False)
    words = ["tools/caffe.bin", "train", "--solver=a b", "-gpu", "all"]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert found == "-m owltf caffe-tool caffe train --solver=a b -gpu all\n"


def test_a_program_in_python_is_called_by_any_python(here: Path) -> None:
    write_launchers(Path("python"), force=False)
    for words in (["python/draw_net.py"], [sys.executable, "python/draw_net.py"]):
        done = subprocess.run([*words, "--help"], check=True, capture_output=True, text=True)
        assert done.stdout.startswith("usage: draw_net.py"), done.stderr


def test_other_files_stay(here: Path) -> None:
    Path("caffe").write_text("mine")
    with pytest.raises(OwltfError, match="caffe is there already, and is no launcher"):
        write_launchers(Path(), force=False)
    assert [each.name for each in Path().iterdir()] == ["caffe"]
    write_launchers(Path(), force=True)
    assert "caffe-tool" in Path("caffe").read_text()
    with pytest.raises(OwltfError, match="caffe: file exists"):
        write_launchers(Path("caffe"), force=True)
