"""The keras format gives the net back."""

from __future__ import annotations

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
