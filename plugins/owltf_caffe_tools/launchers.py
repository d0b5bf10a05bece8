"""Writes launchers named as Caffe's programs."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from owltf.api import OwltfError, atomic_outputs
from owltf_caffe_tools.call_program import programs

_MARK = "# A launcher of owltf, in the place of a program of Caffe's."
_MODE = 0o755
# Caffe's programs in Python; scripts call them by `python python/classify.py`, too.
SCRIPTS = ("classify.py", "detect.py", "draw_net.py", "train.py")
_SCRIPT = """#!/usr/bin/env python3
{mark}
import os
import sys

PYTHON = {python!r}
os.execv(PYTHON, [PYTHON, "-m", "owltf.pycaffe.programs.{name}", *sys.argv[1:]])
"""


def write_launchers(folder: Path, *, force: bool) -> list[Path]:
    """Write a launcher for each program, with and without `.bin`; older launchers are replaced.

    Args:
        folder: where they are written; it is made if it is not there.
        force: whether other files of these names are replaced, too.

    Raises:
        OwltfError: if another file is there, or one cannot be written.
    """
    paths = [folder / file for file in _names()]
    for path in paths:
        if path.exists() and not force and not _is_launcher(path):
            raise OwltfError(f"{path} is there already, and is no launcher; --force replaces it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OwltfError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    for path in paths:
        with atomic_outputs(path) as temporary:
            temporary.write_text(_script(path.name.removesuffix(".bin")))
            temporary.chmod(_MODE)
    return paths


def _names() -> Iterator[str]:
    for name in programs():
        yield from (name, f"{name}.bin")
    yield from SCRIPTS


def _script(program: str) -> str:
    if program in SCRIPTS:
        name = program.removesuffix(".py")
        return _SCRIPT.format(mark=_MARK, python=sys.executable, name=name)
    python = shlex.quote(sys.executable)
    return f'#!/bin/sh\n{_MARK}\nexec {python} -m owltf caffe-tool {program} "$@"\n'


def _is_launcher(path: Path) -> bool:
    try:
        return _MARK in path.read_text(errors="replace")[:200]
    except OSError:
        return False
