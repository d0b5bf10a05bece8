"""Shrink: forward, backward, and its weights and its message in files."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from owltf import NetTrainer
from owltf.api import Net, load_net
from owltf.testing import LayerRun, run_layer

NET = """
layer {{
  name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 2 dim: 3 dim: 4 dim: 5 }} }}
}}
layer {{ name: "layer" type: "Shrink" bottom: "x" top: "y" {fields} }}
"""
TRAINED = """
layer {
  name: "made up" type: "DummyData" top: "x" top: "wanted"
  dummy_data_param { shape { dim: 8 dim: 6 } data_filler { type: "gaussian" std: 1 } }
}
layer {
  name: "shrink" type: "Shrink" bottom: "x" top: "y"
  shrink_param { channel_shared: true filler { type: "constant" value: 0.5 } }
}
layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "wanted" top: "loss" }
"""
SOLVER = 'train_net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 2 random_seed: 1'

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 4, 5)).astype(np.float32)
GRAD = RNG.normal(size=X.shape).astype(np.float32)
THRESHOLDS = np.array([0.1, 0.5, 1.0], np.float32)


def run(fields: str, thresholds: np.ndarray) -> LayerRun:
    """Run one layer on X, with GRAD on its top."""
    net = NET.format(fields=fields)
    return run_layer(net, [X], params=[thresholds], top_grads=[GRAD])


def wide(thresholds: np.ndarray) -> np.ndarray:
    """Return thresholds that broadcast along X's channels."""
    return thresholds.reshape(1, -1, 1, 1)


@pytest.mark.parametrize(
    ("fields", "thresholds"),
    [("", THRESHOLDS), ("shrink_param { channel_shared: true }", THRESHOLDS[1:2])],
)
def test_forward_and_backward(fields: str, thresholds: np.ndarray) -> None:
    """Compare with the formula, and with its derivatives."""
    got = run(fields, thresholds)
    left = np.abs(X) > wide(thresholds)
    np.testing.assert_allclose(
        got.tops[0], np.where(left, X - np.sign(X) * wide(thresholds), 0), atol=1e-6
    )
    np.testing.assert_allclose(got.bottom_grads[0], np.where(left, GRAD, 0), atol=1e-6)
    by_channel = np.where(left, -np.sign(X) * GRAD, 0).sum((0, 2, 3))
    wanted = by_channel if thresholds.size > 1 else by_channel.sum(keepdims=True)
    np.testing.assert_allclose(got.param_grads[0], wanted, rtol=1e-5)


def test_the_filler_sets_the_thresholds() -> None:
    """Start them as the prototxt says."""
    fields = 'shrink_param { filler { type: "constant" value: 0.25 } }'
    got = run_layer(NET.format(fields=fields), [X], top_grads=[GRAD])
    np.testing.assert_array_equal(got.params_after[0], np.full(3, 0.25, np.float32))


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """Train two iterations and return the folder with the snapshot."""
    (tmp_path / "net.prototxt").write_text(TRAINED)
    (tmp_path / "solver.prototxt").write_text(f'{SOLVER} snapshot_prefix: "{tmp_path / "shrink"}"')
    trainer = NetTrainer(tmp_path / "solver.prototxt")
    trainer.build_net()
    assert trainer.run() == 0
    return tmp_path


def load(folder: Path) -> Net:
    """Load what was trained."""
    weights = folder / "shrink_iter_2.caffemodel"
    return load_net(folder / "net.prototxt", phase="TRAIN", weights=weights)


def test_weights_go_through_a_caffemodel(trained: Path) -> None:
    """Find the trained threshold in the file."""
    (threshold,) = load(trained).get_params()["shrink"]
    assert threshold.shape == (1,)
    assert threshold[0] != 0.5


def test_the_message_is_in_the_caffemodel(trained: Path) -> None:
    """Read the layer's fields from the binary file, as they stand in the text."""
    written = load(trained).graph.source.parameter
    read = type(written).FromString((trained / "shrink_iter_2.caffemodel").read_bytes())
    layer = next(each for each in read.layer if each.type == "Shrink")
    assert layer.shrink_param.channel_shared
    assert layer.shrink_param.filler.value == 0.5
    assert len(layer.blobs) == 1


def test_the_model_is_plain_keras(trained: Path, tmp_path: Path) -> None:
    """Save and load it as Keras does."""
    net = load(trained)
    net.model.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    batch = {"x": X[:, :, 0, :3].reshape(3, 6), "wanted": np.zeros((3, 6), np.float32)}
    losses = [keras.ops.convert_to_numpy(model(batch)["loss"]) for model in (again, net.model)]
    np.testing.assert_array_equal(*losses)
