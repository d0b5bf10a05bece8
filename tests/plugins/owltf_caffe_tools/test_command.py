"""owltf caffe-tools, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from owltf_caffe_tools.call_program import programs
from owltf_caffe_tools.launchers import SCRIPTS


def test_the_programs_are_told(here: Path, lines: Callable[..., list[str]]) -> None:
    (line,) = lines("caffe-tools", "build/tools")
    told = f"{', '.join(programs())}; each also with .bin; {', '.join(SCRIPTS)}"
    assert line == f"build/tools: {told}"
    assert Path("build/tools/caffe.bin").exists()
