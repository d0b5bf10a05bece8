"""TensorFlow starts without a word, unless it fails."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_nothing_is_printed() -> None:
    done = run(
        "from owltf.runtime.start_tensorflow import start_tensorflow as s; s(); import tensorflow"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failure_is_shown() -> None:
    code = (
        "import os\nfrom owltf.runtime.start_tensorflow import _held_back_stderr as held\n"
        "with held():\n os.write(2, b'the reason')\n raise ValueError('x')"
    )
    done = run(code)
    assert (done.returncode, done.stderr[:10]) == (1, "the reason")
