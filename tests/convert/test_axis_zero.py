"""A layer whose axis 0 is not the batch takes its bottom as one image."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from small_nets import build, input_text

from owltf.convert.axis_zero import LeadingAxis
from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_errors

SOFTMAX = 'layer { name: "p" type: "Softmax" bottom: "x" top: "p" softmax_param { axis: 0 } }'


def test_the_batch_is_of_the_size_in_the_file(tmp_path: Path) -> None:
    net = build(input_text("x", 4, 2) + SOFTMAX, "TEST")
    assert net.blob_shapes["p"] == (4, 2)
    x = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    top = net.forward({"x": x})["p"]
    np.testing.assert_allclose(top.sum(0), [1, 1], rtol=1e-6)
    net.model.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")({"x": x})["p"]
    np.testing.assert_array_equal(again, top)


def test_a_batch_that_is_split_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owltf.runtime.graph_checks.replicas_of_batch", lambda: 2)
    layer = LeadingAxis(4, "Softmax layer 'p' (net.prototxt:3)")
    message = r"Softmax layer 'p' \(net.prototxt:3\): axis: 0 needs the whole batch on one device"
    with pytest.raises(OwltfError, match=message), user_errors():
        layer.call(np.zeros((2, 2), np.float32))
