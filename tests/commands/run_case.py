"""A small net on a small LMDB, and `owltf run` as its users call it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lmdb
import numpy as np
from click.testing import CliRunner, Result

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.cli import cli

NET = """name: "tiny"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 6 mirror: true scale: 0.00390625 mean_value: 128 }
  data_param { source: "train_lmdb" batch_size: 4 backend: LMDB } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 6 scale: 0.00390625 mean_value: 128 }
  data_param { source: "train_lmdb" batch_size: 4 backend: LMDB } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
  include { phase: TEST } }
"""
SOLVER = """net: "net.prototxt"
base_lr: 0.05
momentum: 0.9
lr_policy: "fixed"
display: 2
max_iter: 6
test_iter: 2
test_interval: 3
snapshot: 3
snapshot_prefix: "snap"
random_seed: 1
"""
PREFIX = re.compile(r"I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ \w+\.py:\d+\] ")
SPEED = re.compile(r" \(\S+ iter/s, \S+s/\d+ iters\)$")
SUMMARY = ("Time: ", "Best test: ", "Snapshots: ")
LOSS = 'layer { name: "loss"'

Edits = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """A folder with `solver.prototxt` and `net.prototxt`, the working directory."""

    folder: Path

    def change(self, file: str, edits: Edits) -> None:
        """Replace parts of a file that are there."""
        text = (self.folder / file).read_text()
        for old, new in edits.items():
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / file).write_text(text)

    def run(self, *args: object) -> Result:
        """Call `owltf run` with arguments, the solver alone unless given."""
        return self.owltf("run", *(args or ("solver.prototxt",)))

    def owltf(self, *args: object) -> Result:
        """Call `owltf` with arguments."""
        result = CliRunner().invoke(cli, [*map(str, args)], prog_name="owltf")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def lines(self, *args: object) -> list[str]:
        """Call `owltf run`, which must end well, and give its lines without times and summary."""
        result = self.run(*args)
        assert (result.exit_code, result.stderr) == (0, "")
        lines = map(without_prefix, result.stdout.splitlines())
        return [SPEED.sub("", line) for line in lines if not line.startswith(SUMMARY)]

    def refused(self, *args: object) -> str:
        """Call `owltf run`, which must refuse and leave the folder as it is; give what it says."""
        before = self.contents()
        result = self.run(*args)
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert self.contents() == before
        start = "owltf: error: "
        assert line.startswith(start)
        return line.removeprefix(start)

    def remove_snapshots(self) -> None:
        """Remove the files of all snapshots."""
        for path in self.folder.glob("snap_iter_*"):
            path.unlink()

    def contents(self) -> dict[str, bytes]:
        """Give the files of the folder, but for LMDB's lock, and the history, which has times."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in files
            if path.name != "lock.mdb" and not path.name.endswith("_history.jsonl")
        }

    def weights(self, file: str) -> dict[str, list[np.ndarray]]:
        """Give the blobs of a caffemodel by layer."""
        layers = read_weights(self.folder / file, load_schema())
        return {layer.name: list(layer.blobs) for layer in layers if layer.blobs}


def in_a_process(*words: str) -> str:
    """Call `owltf run` in a process of its own, where TensorFlow takes the threads it is given."""
    command = [sys.executable, "-m", "owltf", "run", "solver.prototxt", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def without_prefix(line: str) -> str:
    """Give a line of the log without glog's prefix, which it must have."""
    found = PREFIX.match(line)
    assert found, line
    return line[found.end() :]


def write_case(folder: Path) -> None:
    """Write the net, its solver and its data."""
    (folder / "net.prototxt").write_text(NET)
    (folder / "solver.prototxt").write_text(SOLVER)
    write_lmdb(folder / "train_lmdb", [image(label=number % 4) for number in range(10)])


def image(*shape: int, label: int = 0) -> bytes:
    """Give a Datum of random pixels, 3x8x8 unless told otherwise."""
    channels, height, width = shape or (3, 8, 8)
    pixels = np.random.default_rng(abs(label)).integers(0, 256, (channels, height, width), np.uint8)
    datum = load_schema().message("Datum")(
        channels=channels, height=height, width=width, data=pixels.tobytes(), label=label
    )
    return datum.SerializeToString()


def write_lmdb(path: Path, records: Sequence[bytes]) -> None:
    """Write records to an LMDB."""
    environment = lmdb.open(str(path), map_size=1 << 20)
    with environment.begin(write=True) as transaction:
        for number, record in enumerate(records):
            transaction.put(f"{number:08}".encode(), record)
    environment.close()
