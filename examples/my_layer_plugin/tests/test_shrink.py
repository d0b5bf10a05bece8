"""Tests of Shrink: its values, the rules that all layers keep, and training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf import NetTrainer
from owltf.api import load_net
from owltf.testing import check_converter, check_layer, one_layer, run_layer

TRAINED = Path(__file__).parents[1] / "train"

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3, 2, 5)).astype(np.float32)
GRAD = RNG.normal(size=X.shape).astype(np.float32)
THRESHOLDS = np.array([0.1, 0.5, 1.0], np.float32)
SHARED = "shrink_param { channel_shared: true }"


def formula(x: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    """Return the expected values; the threshold has the shape of the channel axis."""
    return np.where(np.abs(x) > threshold, x - np.sign(x) * threshold, 0)


def net(fields: str = "") -> str:
    """Return the prototxt of a net of one Shrink layer."""
    return one_layer(f'type: "Shrink" {fields}', X.shape)


@pytest.mark.parametrize(("fields", "threshold"), [("", THRESHOLDS), (SHARED, THRESHOLDS[1:2])])
def test_its_figures(fields: str, threshold: np.ndarray) -> None:
    """Compare with the formula; the bottom's gradient is the top's where a value is not 0."""
    wide = threshold.reshape(-1, 1, 1)
    check_layer(
        net(fields),
        [X],
        params=[threshold],
        top_grads=[GRAD],
        tops=[formula(X, wide)],
        bottom_grads=[np.where(np.abs(X) > wide, GRAD, 0)],
    )


@pytest.mark.parametrize(("fields", "threshold"), [("", THRESHOLDS), (SHARED, THRESHOLDS[1:2])])
def test_what_every_layer_keeps(fields: str, threshold: np.ndarray) -> None:
    """Check gradients, files, other batch sizes and several devices."""
    check_converter(net(fields), [X], params=[threshold])


def test_its_filler() -> None:
    """Start the thresholds as the prototxt says."""
    run = run_layer(net('shrink_param { filler { type: "constant" value: 0.25 } }'), [X])
    np.testing.assert_array_equal(run.params_after[0], np.full(3, 0.25))


def test_it_learns(tmp_path: Path) -> None:
    """Train the example's net, which must learn the threshold of its layer that does not learn."""
    solver = (TRAINED / "solver.prototxt").read_text().replace("train/", f"{tmp_path}/")
    (tmp_path / "solver.prototxt").write_text(solver)
    (tmp_path / "net.prototxt").write_text((TRAINED / "net.prototxt").read_text())
    trainer = NetTrainer(tmp_path / "solver.prototxt")
    trainer.build_net()
    assert trainer.run().status == 0
    weights = tmp_path / "shrink_iter_100.caffemodel"
    trained = load_net(tmp_path / "net.prototxt", phase="TRAIN", weights=weights)
    np.testing.assert_allclose(trained.get_params()["mine"][0], np.full(3, 0.5), atol=0.02)
