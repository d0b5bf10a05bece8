"""Measures how long commands take to their first answer, and how much memory they need.

    python benchmarks/start.py --json start.json --python opencv=other/bin/python

Each is started anew, in turns. The memory is the peak of the process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click
import cv2
import numpy as np
from machine import machine
from make_nets import densenet201, googlenet, resnet152

HERE = Path(__file__).parent
_LOAD = "from owltf.api import load_net; load_net({!r}, phase='TRAIN')"
_SOLVER = """
net: "{}"
base_lr: 0.01 lr_policy: "fixed" max_iter: 1 display: 1
snapshot_prefix: "lenet" snapshot_after_train: false
"""
_OPENCV = """
import cv2, numpy as np
assert cv2.__version__.startswith("4.")
net = cv2.dnn.readNetFromCaffe("googlenet.caffemodel.prototxt", "googlenet.caffemodel")
net.setInput(cv2.dnn.blobFromImage(cv2.imread("image.png"), size=(224, 224)))
net.forward()
"""


def programs(pythons: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the words of each command, by what it is called."""
    python = sys.executable
    owltf = [python, "-m", "owltf"]
    classify = [*owltf, "classify", "googlenet.caffemodel.prototxt", "image.png"]
    classify += ["--weights", "googlenet.caffemodel", "--engine"]
    built = {
        f"load and build {name}": [python, "-c", _LOAD.format(f"{name}.prototxt")]
        for name in ("googlenet", "resnet152", "densenet201")
    }
    return {
        "owltf --help": [*owltf, "--help"],
        "import tensorflow": [python, "-c", "import tensorflow"],
        "owltf run, an iteration of LeNet": [*owltf, "run", "solver.prototxt", "--plain"],
        "owltf classify, form kept": [*classify, "auto"],
        "owltf classify, TensorFlow": [*classify, "tensorflow"],
        "OpenCV 4, first answer": [pythons.get("opencv", python), "-c", _OPENCV],
        **built,
    }


def make_files(folder: Path) -> None:
    """Write the nets, an image, and GoogLeNet's deploy form with weights."""
    for net in (googlenet(), resnet152(), densenet201()):
        name = {"GoogLeNet": "googlenet", "ResNet-152": "resnet152"}.get(net.name, "densenet201")
        (folder / f"{name}.prototxt").write_text(net.text(), encoding="utf-8")
    solver = _SOLVER.format(Path(__file__).parent / "nets" / "lenet.prototxt")
    (folder / "solver.prototxt").write_text(solver, encoding="utf-8")
    pixels = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    cv2.imwrite(str(folder / "image.png"), pixels)
    words = [sys.executable, "-m", "owltf", "export", "googlenet.prototxt", "googlenet.caffemodel"]
    subprocess.run([*words, "--random-weights"], cwd=folder, check=True, capture_output=True)


def once(words: Sequence[str], folder: Path) -> tuple[float, float] | None:
    """Return the seconds of a command and its peak of memory in MB; None if it fails."""
    environment = {**os.environ, "OWLTF_CACHE": str(folder / "cache")}
    start = perf_counter()
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - start
    return None if process.returncode else (seconds, usage.ru_maxrss / 1000)


def measure(pythons: Mapping[str, str], rounds: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the seconds and the memory of each command, and what takes no part."""
    figures: dict[str, dict[str, list[float]]] = {}
    missing: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        make_files(Path(folder))
        commands = programs(pythons)
        for number in range(rounds + 1):
            for name, words in commands.items():
                found = None if name in missing else once(words, Path(folder))
                if found is None:
                    missing.setdefault(name, "it ended with an error, or is not installed")
                elif number:
                    # The first turn fills the caches of files, and makes the form.
                    of_command = figures.setdefault(name, {"seconds": [], "megabytes": []})
                    of_command["seconds"].append(found[0])
                    of_command["megabytes"].append(found[1])
    return figures, missing


@click.command()
@click.option("--rounds", default=3, show_default=True, help="The turns of each command.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures to it.")
@click.option("--python", "pythons", multiple=True, metavar="opencv=PATH", help="Another Python.")
def main(rounds: int, file: Path | None, pythons: Sequence[str]) -> None:
    """Measure commands from their start to their end."""
    where = {name.lower(): path for name, path in (each.split("=", 1) for each in pythons)}
    figures, missing = measure(where, rounds)
    for name, found in figures.items():
        click.echo(f"{name:32} {min(found['seconds']):6.2f} s {max(found['megabytes']):6.0f} MB")
    for name, why in missing.items():
        click.echo(f"{name} took no part: {why}")
    if file:
        text = json.dumps({"machine": machine(), "commands": figures, "missing": missing}, indent=2)
        file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
