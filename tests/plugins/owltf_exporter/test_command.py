"""What users do wrong is told in one line, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import Export, check_error, export

BEFORE = {"net.prototxt", "net.caffemodel", "deploy.prototxt"}


def left(case: Path) -> set[str]:
    """Return what an export made."""
    return {path.name for path in case.iterdir()} - BEFORE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["out", "--labels", "short.txt"], "names 2 classes where the net has 4"),
        (["out", "--labels", "none.txt"], "none.txt: not found"),
        (["out", "--top-k", "9"], "--top-k 9: 'prob' has 4 classes"),
        (["out", "--mean", "1,2"], "mean 1,2: is of 2 channels where the net takes 3"),
        (["out", "--mean", "blue"], "blue: not found; tried"),
        (["out", "--mean", "odd.npy"], "odd.npy: a mean must be one (C, H, W) image"),
        (["out", "--resize", "9"], "--resize 9x9 is smaller than the net's input, 14x14"),
        (["out", "--resize", "9y9"], "'9y9' is not a side, or a height and a width, in pixels"),
        (["out", "--input-shape", "data"], "'data' is not a blob and its shape"),
        (["out", "--outputs", "nothing"], "the net has no blob 'nothing'"),
        (["out", "--quantize", "int8"], "--quantize goes with --format tflite, not with saved"),
        (["out.keras", "--warmup"], "--warmup goes with --format saved_model, not with keras"),
        (["out.keras", "--scale", "2"], "--scale goes with --format saved_model or tflite"),
        (["out.h5", "--format", "keras"], "a file of --format keras must end in .keras"),
        (["nowhere/out"], "there is no folder nowhere"),
        (["-"], "-: cannot be written: no file goes to the standard output"),
        (["net.prototxt"], "is there already and is not a SavedModel"),
    ],
)
def test_mistakes_are_told_in_one_line(
    run: Export, case: Path, options: list[str], message: str
) -> None:
    (case / "short.txt").write_text("one\ntwo\n")
    np.save(case / "odd.npy", np.zeros((9, 9), np.float32))
    check_error(run(*options), message)
    assert left(case) == {"short.txt", "odd.npy"}


def test_weights_are_asked_for(case: Path) -> None:
    check_error(export(CliRunner(), ["net.prototxt", "out"]), "no weights: give --weights FILE")


def test_a_difference_leaves_nothing(run: Export, case: Path) -> None:
    check_error(run("out", "--tolerance", "-1"), "more than the tolerance -1; nothing was written")
    assert left(case) == set()


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from click.testing import CliRunner
from export_case import *
manager = make_manager()
manager.register(owltf_exporter, "owltf_exporter")
group = Commands("owltf")
manager.hook.owltf_add_command(commands=group)
from owltf_exporter import run
run._size = lambda path: print("here", flush=True) or __import__("time").sleep(60)
arguments = ["export", "net.prototxt", "out", "--weights", "net.caffemodel"]
group(arguments, obj=Registry(manager), prog_name="owltf")
"""


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals_leave_nothing(case: Path, number: signal.Signals, status: int) -> None:
    script = SCRIPT.format(folder=str(Path(__file__).parent))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment, cwd=case
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() not in ("here\n", ""):
            time.sleep(0)
        assert left(case) != set()
        process.send_signal(number)
        assert process.wait(60) == status
    assert left(case) == set()
