"""Trained models give Caffe's outputs, and every blob on the way has Caffe's statistics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from zoo_files import build, without_splits

from owltf.api import Net

# The figures come out within 2e-6 of the largest value of their blob.
TOLERANCE = 1e-5

# ultraface's last layers are those of a fork; its trunk is the part that stock Caffe knows.
MODELS = [
    ("lenet_ethereon", "deploy"),
    ("nsfw_resnet50_1by2", "deploy"),
    ("mtcnn_det1", "deploy"),
    ("mtcnn_det2", "deploy"),
    ("hyperlpr_horizonalfinemapping", "deploy"),
    ("ultraface_slim320", "deploy_trunk"),
    ("ultraface_slim320", "deploy"),
]


@pytest.mark.parametrize(("model", "deploy"), MODELS)
def test_a_model_gives_caffes_figures(zoo: Path, model: str, deploy: str) -> None:
    folder = zoo / "models" / model
    net = build(folder / f"{deploy}.prototxt", folder / "weights.caffemodel")
    stats = json.loads((folder / "caffe_blob_stats.json").read_text())
    blobs = check_outputs(net, folder / "expected.npz", deploy)
    for name, wanted in without_splits(stats).items():
        if name in blobs:
            check_statistics(name, blobs[name], *wanted)
    if (folder / "expected_photo.npz").exists():
        check_outputs(net, folder / "expected_photo.npz", deploy)


def check_outputs(net: Net, file: Path, deploy: str) -> dict[str, np.ndarray]:
    """Check the recorded outputs that this net has; give all its blobs."""
    recorded = np.load(file)
    inputs = {key[3:]: recorded[key] for key in recorded if key.startswith("in:")}
    blobs = net.forward(inputs, tuple(net.blob_shapes))
    keys = [key for key in recorded if key.split(":")[0] in ("caffe", f"caffe{deploy[6:]}", "cv2")]
    for key in keys:
        blob = blob_of(net, key.partition(":")[2])
        if blob:
            assert_close(blobs[blob], recorded[key], key)
    return blobs


def blob_of(net: Net, name: str) -> str | None:
    """Return the blob of a name, which OpenCV takes from the layer."""
    if name in net.blobs:
        return name
    return net.layer_tops[name][-1].name if name in net.layer_tops else None


def assert_close(got: np.ndarray, wanted: np.ndarray, what: str) -> None:
    assert got.shape == wanted.shape
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE * scale, err_msg=what)


def check_statistics(
    name: str, blob: np.ndarray, shape: list[int], mean: float, std: float, low: float, high: float
) -> None:
    """Check a blob against its recorded statistics; a saturated softmax would hide errors."""
    assert list(blob.shape) == shape, name
    values = blob.astype(np.float64)
    got = [values.mean(), values.std(), values.min(), values.max()]
    scale = max(abs(low), abs(high))
    wanted = [mean, std, low, high]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE * scale, err_msg=name)
