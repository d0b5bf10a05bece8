"""owltf caffe-tools, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from owltf_caffe_tools.call_program import programs


def test_the_programs_are_told(here: Path, lines: Callable[..., list[str]]) -> None:
    (line,) = lines("caffe-tools", "build/tools")
    assert line == f"build/tools: {', '.join(programs())}; each also with .bin"
    assert Path("build/tools/caffe.bin").exists()
