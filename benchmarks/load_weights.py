"""Measures how long CaffeNet's weights, 240 MB, take from a cached file into the built net.

    python benchmarks/load_weights.py

The time is compared with that of the memory work that cannot be avoided: copying every number once
and transposing the fully connected kernels once, from memory to memory. That work is measured
twice, with NumPy's copy and with `tf.transpose`, which is quicker and which owltf uses. All take
turns in one process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import click
import numpy as np
import tensorflow as tf
from make_nets import Prototxt
from rich import box
from rich.console import Console
from rich.table import Table
from turns import Program, Timing, take_turns

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.inference.load_net import load_net
from owltf.net.net import Net
from owltf.net.weights import load_weights, save_weights

LIMIT = 1.5
_OWLTF, _NUMPY, _TF = "owltf", "copy, NumPy's transpose", "copy, tf.transpose"


def prototxt() -> str:
    """Return the prototxt of CaffeNet's layers with weights, and of those that change shapes."""
    net = Prototxt("CaffeNet")
    shape = "input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }"
    top = net.layer("data", "Input", [], "data", shape)
    top = net.pool("pool1", net.conv("conv1", top, 96, 11, stride=4), "MAX", 3, 2)
    top = net.pool("pool2", net.conv("conv2", top, 256, 5, pad=2, group=2), "MAX", 3, 2)
    top = net.conv("conv3", top, 384, 3, pad=1)
    top = net.conv("conv4", top, 384, 3, pad=1, group=2)
    top = net.pool("pool5", net.conv("conv5", top, 256, 3, pad=1, group=2), "MAX", 3, 2)
    net.dense("fc8", net.dense("fc7", net.dense("fc6", top, 4096), 4096), 1000)
    return "".join(net.layers)


def built(folder: Path) -> tuple[Net, Path]:
    """Return the net, and a caffemodel of random numbers for it."""
    text, model = folder / "net.prototxt", folder / "net.caffemodel"
    text.write_text(prototxt(), encoding="utf-8")
    net = load_net(text)
    random = np.random.default_rng(1)
    for param in net.params:
        param.set(random.standard_normal(param.shape, np.float32))
    save_weights(net, model)
    return net, model


def loading(net: Net, model: Path) -> Program:
    """Return a program that reads the file and assigns its weights in each step."""
    schema = load_schema()

    def run(steps: int) -> None:
        for _ in range(steps):
            load_weights(net, read_weights(model, schema), model)

    return run


def unavoidable(blobs: Sequence[np.ndarray], *, with_tf: bool) -> Program:
    """Return a program that copies each blob, and transposes each fully connected kernel.

    Args:
        blobs: the net's numbers, in memory and in Caffe's order.
        with_tf: transpose with TensorFlow, not with NumPy.
    """
    matrices = [blob for blob in blobs if blob.ndim == 2]

    def run(steps: int) -> None:
        for _ in range(steps):
            for blob in blobs:
                blob.copy()
            for matrix in matrices:
                if with_tf:
                    tf.transpose(matrix).numpy()
                else:
                    np.ascontiguousarray(matrix.T)

    return run


def table(timings: dict[str, Timing]) -> Table:
    """Return the figures as a table, each as minimum / median of the rounds."""
    made = Table(box=box.MARKDOWN)
    made.add_column("work", no_wrap=True)
    made.add_column("ms", justify="right", no_wrap=True)
    made.add_column("owltf : it", justify="right", no_wrap=True)
    for name, timing in timings.items():
        ratios = "{:.2f} / {:.2f}".format(*timings[_OWLTF].over(timing))
        made.add_row(name, f"{1e3 * timing.best:.0f} / {1e3 * timing.middle:.0f}", ratios)
    return made


@click.command()
@click.option("--rounds", default=9, show_default=True, help="The turns of each program.")
@click.option("--turn", default=1.0, show_default=True, help="How many seconds a turn lasts.")
def main(rounds: int, turn: float) -> None:
    """Measure what loading a caffemodel takes beyond the memory work it needs."""
    console = Console()
    with TemporaryDirectory() as folder:
        net, model = built(Path(folder))
        blobs = [param.get() for param in net.params]
        programs = {
            _OWLTF: loading(net, model),
            _TF: unavoidable(blobs, with_tf=True),
            _NUMPY: unavoidable(blobs, with_tf=False),
        }
        timings = take_turns(programs, rounds, turn)
        megabytes = model.stat().st_size / 1e6
    console.print(f"{megabytes:.0f} MB, minimum / median of {rounds} rounds:")
    console.print(table(timings))
    best, middle = timings[_OWLTF].over(timings[_TF])
    verdict = "within" if best <= LIMIT else "beyond"
    console.print(f"{best:.2f} / {middle:.2f} times the work with tf.transpose: {verdict} {LIMIT}")


if __name__ == "__main__":
    main()
