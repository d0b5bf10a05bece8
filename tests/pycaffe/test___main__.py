"""`python -m owltf.pycaffe script.py ...`: a script whose `import caffe` is owltf's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """import caffe, sys, beside
from caffe.proto import caffe_pb2
print(__name__, sys.argv[1:], caffe.__name__, beside.x)
"""


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "owltf.pycaffe", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "beside.py").write_text("x = 5\n")
    return tmp_path


def test_a_script_and_a_module(folder: Path) -> None:
    wanted = "__main__ ['--flag', 'a'] owltf.pycaffe 5\n"
    for named in (["script.py"], ["-m", "script"]):
        done = run(*named, "--flag", "a", folder=folder)
        assert done.stdout == wanted, done.stderr


def test_help_and_mistakes(folder: Path) -> None:
    assert run("--help", folder=folder).stdout.startswith("usage:")
    done = run("absent.py", folder=folder)
    assert (done.returncode, done.stderr) == (
        1,
        "python -m owltf.pycaffe: absent.py: no such file\n",
    )
    done = run(folder=folder)
    assert done.returncode == 1 and done.stderr.startswith("usage:")
