"""The common part of YOLO's losses of a map's boxes."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf_yolo.change_squares import squares
from owltf_yolo.predictions import split_map
from owltf_yolo.truth import Truth, read_truth


class MapLoss(keras.layers.Layer):
    """The loss of a map (N, A * (5 + classes), H, W) for true boxes (N, T * 5).

    Args:
        options: the fields of the layer's message.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = dict(options)
        self.supports_jit = False

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "options": self.options}

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        values, labels = inputs
        cells = split_map(values, self.options["num"], self.options["num_class"])
        change = tf.stop_gradient(self.change(cells, read_truth(labels)))
        return squares(cells, change, tf.stop_gradient(self.handed_back(cells, change)))

    def change(self, cells: Any, truth: Truth) -> Any:
        """Return what each prediction is told to change by, (N, H, W, A, 5 + classes)."""
        raise NotImplementedError

    def handed_back(self, cells: Any, change: Any) -> Any:
        """Return what is handed back as each prediction's gradient: the change."""
        return change
