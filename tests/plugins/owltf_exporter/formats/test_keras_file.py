"""The keras, caffemodel and hdf5 formats give the net back."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from export_case import Export

from owltf.api import load_net

X = np.random.default_rng(0).standard_normal((2, 3, 14, 14)).astype(np.float32)


def wanted() -> np.ndarray:
    """Return the small net's output."""
    return load_net("deploy.prototxt", weights="net.caffemodel").forward({"data": X})["fc"]


def test_a_keras_file_is_a_model(run: Export) -> None:
    assert run("out.keras", "--outputs", "fc").exit_code == 0
    made = keras.models.load_model("out.keras")({"data": X})
    np.testing.assert_allclose(made["fc"], wanted(), atol=1e-6)


def test_caffe_files_are_weights_and_a_net(run: Export) -> None:
    for name in ("out.caffemodel", "out.h5"):
        assert run(name, "--optimize", "--outputs", "fc").exit_code == 0
        net = load_net(f"{name}.prototxt", weights=name)
        assert "bn" not in net.get_params()
        np.testing.assert_allclose(net.forward({"data": X})["fc"], wanted(), atol=1e-5)
    assert not list(Path().glob(".*"))
