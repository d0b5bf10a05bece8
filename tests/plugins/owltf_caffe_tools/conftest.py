"""Calls of Caffe's programs for tests."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from owltf_caffe_tools.gflags import read_flags
from owltf_caffe_tools.glog import Glog
from owltf_caffe_tools.program import Call, Program

from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

Run = Callable[..., list[str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def translated() -> Run:
    """Run a program on a command line, and return owltf's words."""

    def run(program: Program, *arguments: str, status: int = 0, returned: int = 0) -> list[str]:
        asked: list[str] = []

        def owltf(*words: object) -> int:
            asked.extend(map(str, words))
            return status

        line = read_flags(arguments, program.flags)
        log = Glog(program.source, line.flags, StringIO())
        call = Call(line, log, Registry(make_manager()), owltf)
        assert program.run(call) == returned
        return asked

    return run
