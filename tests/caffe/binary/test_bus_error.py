"""A file that is cut while it is mapped ends the process with a line that names it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys
from pathlib import Path
import numpy as np
from owltf.caffe.binary.mapped_file import map_file
from owltf.files.atomic import atomic_path
{before}
for name in ("other", "cut"):
    view = map_file(Path(name))
numbers = np.frombuffer(view, np.uint8)
with atomic_path(Path("output")) as output:
    output.write_text("half")
    os.truncate("cut", 100)
    {look}
print("went on", flush=True)
"""


def run(folder: Path, look: str, before: str = "") -> subprocess.CompletedProcess[str]:
    for name in ("cut", "other"):
        (folder / name).write_bytes(bytes(1 << 20))
    program = PROGRAM.format(look=look, before=before)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("look", ["numbers.sum()", "bytes(view)", "numbers.astype(float)"])
def test_one_line_and_nothing_half_written(tmp_path: Path, look: str) -> None:
    ended = run(tmp_path, look)
    path = tmp_path / "cut"
    assert ended.stderr == f"owltf: error: {path} became shorter while it was read\n"
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cut", "other"]


def test_in_another_thread(tmp_path: Path) -> None:
    look = "import threading; t = threading.Thread(target=numbers.sum); t.start(); t.join()"
    assert run(tmp_path, look).returncode == 2


def test_a_handler_that_is_there_stays(tmp_path: Path) -> None:
    ended = run(tmp_path, "numbers.sum()", "import faulthandler; faulthandler.enable()")
    assert ended.returncode == -signal.SIGBUS
    assert "Fatal Python error: Bus error" in ended.stderr
