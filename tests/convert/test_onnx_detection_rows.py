"""Detections are rows in ONNX too, of -1 where there are none."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import owltf_exporter
import pytest

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, add_detection_rows, hookimpl
from owltf.testing import check_forms, one_layer, use_plugins


@keras.saving.register_keras_serializable("test")
class Rows(keras.layers.Layer):
    """The rows of the bottom whose score is above 0.5."""

    def call(self, inputs: Any) -> Any:
        """Return them, or a row of -1."""
        import tensorflow as tf

        kept = tf.boolean_mask(inputs, inputs[:, 2] > 0.5)
        numbers = tf.cast(tf.range(tf.shape(inputs)[0]), tf.float32)[:, None]
        none = tf.pad(numbers, [[0, 0], [0, 6]], constant_values=-1.0)
        return tf.cond(tf.size(kept) > 0, lambda: kept, lambda: none)[None, None]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return an open number of rows."""
        return (1, 1, None, 7)


class Kept(LayerConverter):
    """The rows whose score is above 0.5."""

    caffe_type = "Kept"
    gives_boxes = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return them."""
        return bottom.plain(layer.keras(Rows)(bottom.tensor), 1)

    def onnx(self, node: OnnxNode) -> None:
        """Write Compress."""
        score = node.constant("score", 2, np.int64)
        scores = node.add("Gather", node.x, score, part="scores", axis=1)
        above = node.add("Greater", scores, node.constant("half", 0.5), part="above")
        add_detection_rows(node, node.add("Compress", node.x, above, part="kept", axis=0), node.x)


class Plugin:
    """Brings the layer."""

    @staticmethod
    @hookimpl
    def owltf_layer_converters() -> list[type[LayerConverter]]:
        """Return it."""
        return [Kept]


@pytest.mark.parametrize("scores", [[0.9, 0.2], [0.1, 0.3]])
def test_rows(scores: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    rows = np.zeros((2, 7), np.float32)
    rows[:, 2] = scores
    with use_plugins(Plugin, owltf_exporter):  # type: ignore[arg-type]
        check_forms(one_layer('type: "Kept"', rows.shape), [rows])
    assert not capsys.readouterr().out
