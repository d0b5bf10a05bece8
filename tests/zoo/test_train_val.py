"""The train_val nets of AlexNet and GoogLeNet, run from their own solvers on random images."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import lmdb
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from owltf.caffe.schema.schema import load_schema
from owltf.cli import cli

CLASSES = 1000
SIDE = 256
IMAGENET = Path("examples/imagenet")
MEAN = Path("data/ilsvrc12/imagenet_mean.binaryproto")
FEW = {
    r"max_iter: \d+": "max_iter: 1",
    r"test_iter: \d+": "test_iter: 1",
    r"test_interval: \d+": "test_interval: 1",
    r"display: \d+": "display: 1",
    r"snapshot: \d+": "snapshot_after_train: false random_seed: 1",
}


def raw(pixels: np.ndarray) -> dict[str, object]:
    return {"channels": 3, "height": SIDE, "width": SIDE, "data": pixels.tobytes()}


def encoded(pixels: np.ndarray) -> dict[str, object]:
    return {"data": tf.io.encode_jpeg(pixels.transpose(1, 2, 0)).numpy(), "encoded": True}


@pytest.fixture
def imagenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write the folders that the nets name, with a few images, in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(record: Callable[[np.ndarray], dict[str, object]]) -> None:
        rng, datum = np.random.default_rng(0), load_schema().message("Datum")
        IMAGENET.mkdir(parents=True)
        for name in ("ilsvrc12_train_lmdb", "ilsvrc12_val_lmdb"):
            environment = lmdb.open(str(IMAGENET / name), map_size=1 << 24)
            with environment.begin(write=True) as transaction:
                for number in range(6):
                    pixels = rng.integers(0, 256, (3, SIDE, SIDE), np.uint8)
                    label = int(rng.integers(CLASSES))
                    value = datum(label=label, **record(pixels)).SerializeToString()
                    transaction.put(f"{number:08}".encode(), value)
            environment.close()
        mean = np.full(3 * SIDE * SIDE, 110, np.float32)
        blob = load_schema().message("BlobProto")(
            num=1, channels=3, height=SIDE, width=SIDE, data=mean
        )
        MEAN.parent.mkdir(parents=True)
        MEAN.write_bytes(blob.SerializeToString())

    return write


def copy(file: Path, to: Path, edits: dict[str, str]) -> None:
    """Copy a prototxt with some changes."""
    text = file.read_text()
    for pattern, replacement in edits.items():
        assert re.search(pattern, text), pattern
        text = re.sub(pattern, replacement, text)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text)


@pytest.mark.parametrize(
    ("name", "solver", "record", "params", "outputs"),
    [
        ("alexnet", "solver", raw, "60,965,224", ["accuracy", "loss"]),
        (
            "googlenet",
            "quick_solver",
            encoded,
            "13,378,280",
            [f"loss{i}/{what}" for i in (1, 2, 3) for what in (f"loss{i}", "top-1", "top-5")],
        ),
    ],
)
def test_a_net_takes_one_step(
    zoo: Path,
    imagenet: Callable[..., None],
    name: str,
    solver: str,
    record: Callable[[np.ndarray], dict[str, object]],
    params: str,
    outputs: list[str],
) -> None:
    imagenet(record)
    models, folder = "BVLC__caffe__models_bvlc", Path(f"models/bvlc_{name}")
    files = zoo / "prototxt"
    net = files / f"{models}_{name}_train_val.prototxt"
    copy(net, folder / "train_val.prototxt", {r"batch_size: \d+": "batch_size: 2"})
    copy(files / f"{models}_{name}_{solver}.prototxt", folder / "solver.prototxt", FEW)
    result = CliRunner().invoke(cli, ["run", str(folder / "solver.prototxt")], prog_name="owltf")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.partition("] ")[2] for line in result.stdout.splitlines()]
    assert f"; {params} parameters; " in lines[2]
    assert lines[-1] == "Optimization Done."
    tested = [line.split(" = ")[0].split(": ")[1] for line in lines if "Test net output" in line]
    assert tested[-len(outputs) :] == outputs
    losses = [
        float(line.split(" = ")[1].split()[0])
        for line in lines
        if re.match(r"Iteration \d, loss", line)
    ]
    assert len(losses) == 2
    assert np.isfinite(losses).all()
