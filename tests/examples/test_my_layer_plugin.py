"""The example plugin, installed and used as a stranger would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema

pytest.importorskip("hatchling")

PLUGIN = Path(__file__).parents[2] / "examples" / "my_layer_plugin"
NAME = "my_layer_plugin"
NET = """
layer {
  name: "data" type: "DummyData" top: "x" top: "label"
  dummy_data_param {
    shape { dim: 4 dim: 3 dim: 2 dim: 2 } shape { dim: 4 }
    data_filler { type: "gaussian" std: 1 } data_filler { type: "constant" value: 1 }
  }
}
layer { name: "shrink" type: "Shrink" bottom: "x" top: "x" FIELDS }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
SOLVER = """
train_net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" momentum: 0.9
max_iter: 2 display: 1 random_seed: 1 snapshot_prefix: "shrink"
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the plugin into a folder of its own; nothing is fetched."""
    source, target = tmp_path_factory.mktemp("source") / NAME, tmp_path_factory.mktemp("target")
    shutil.copytree(PLUGIN, source, ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", target, source]
    subprocess.run(command, check=True)
    return target


@pytest.fixture
def python(installed: Path, tmp_path: Path) -> Run:
    """Return a function that runs Python in an empty folder, with the plugin installed."""
    env = {**os.environ, "PYTHONPATH": str(installed), "OWLTF_PLUGINS": NAME}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    return run


def write_solver(folder: Path, fields: str = "") -> None:
    """Write a net with a Shrink layer, and its solver."""
    (folder / "net.prototxt").write_text(NET.replace("FIELDS", fields))
    (folder / "solver.prototxt").write_text(SOLVER)


def test_its_own_tests_pass(python: Run, tmp_path: Path) -> None:
    for folder in ("tests", "train"):
        shutil.copytree(PLUGIN / folder, tmp_path / folder)
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout


def test_it_is_listed(python: Run) -> None:
    plugins = python("-m", "owltf", "plugins").stdout
    line = next(line for line in plugins.splitlines() if line.strip().startswith(NAME))
    assert line.split()[:3] == [NAME, "1.0", NAME]
    assert "layers: Shrink" in plugins
    assert "message formats: shrink.pb" in plugins


def test_its_layer_is_listed(python: Run) -> None:
    markdown = python("-m", "owltf", "layers", "--markdown").stdout
    assert f"| Shrink | Shrink | {NAME}.shrink |" in markdown


def test_a_net_with_it_is_trained(python: Run, tmp_path: Path) -> None:
    write_solver(tmp_path, 'shrink_param { filler { type: "constant" value: 0.25 } }')
    done = python("-m", "owltf", "run", "solver.prototxt")
    assert done.returncode == 0, done.stderr
    assert "Iteration 1, loss = " in done.stdout
    weights = read_weights(tmp_path / "shrink_iter_2.caffemodel", load_schema())
    (thresholds,) = next(layer.blobs for layer in weights if layer.name == "shrink")
    assert thresholds.shape == (3,)
    assert np.all(thresholds != 0.25)


@pytest.mark.parametrize(
    ("fields", "what"),
    [("", "unknown layer type 'Shrink'"), ("shrink_param { }", "shrink_param")],
)
def test_without_it_the_layer_is_unknown(
    fields: str, what: str, python: Run, tmp_path: Path
) -> None:
    write_solver(tmp_path, fields)
    done = python("-m", "owltf", "--disable-plugin", NAME, "run", "solver.prototxt")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert what in line
    assert line.startswith("owltf: error: ")
    assert {path.name for path in tmp_path.iterdir()} == {"net.prototxt", "solver.prototxt"}


def test_the_compiled_message_is_current(installed: Path) -> None:
    pytest.importorskip("grpc_tools")
    compiled, text = (
        load_schema([installed / NAME / f"shrink.{suffix}"]).message("LayerParameter").DESCRIPTOR
        for suffix in ("pb", "proto")
    )
    assert compiled.file.serialized_pb == text.file.serialized_pb
    field = compiled.fields_by_name["shrink_param"]
    assert field.number == 2001
    assert set(field.message_type.fields_by_name) == {"filler", "channel_shared"}
