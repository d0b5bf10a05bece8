"""Layers that find boxes number images in the whole batch, and count what they found."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.found_boxes import BoxConverter, FoundBoxes
from owltf.convert.layer import Layer
from owltf.runtime.step import Step, step


def one_box(inputs: Any, options: Any) -> Any:
    """Return a box of the first image."""
    import tensorflow as tf

    return tf.constant([[[[0.0, options["label"], 1, 0, 0, 1, 1]]]])


@keras.saving.register_keras_serializable("test")
class OneBox(FoundBoxes):
    """Finds one box."""

    parts = (one_box,)


class OneBoxConverter(BoxConverter):
    """Finds one box."""

    caffe_type = "OneBox"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return it."""
        return bottom


def test_images_are_numbered_in_the_whole_batch() -> None:
    layer = OneBox({"label": 3.0})
    row = [0, 3, 1, 0, 0, 1, 1]
    np.testing.assert_array_equal(layer.call([tf.zeros((2, 1))])[0, 0], [row])
    with step(Step(tf.zeros((), tf.int32), 0, 1, 2, 6)):
        np.testing.assert_array_equal(layer.call([tf.zeros((3, 1))])[0, 0], [[3, *row[1:]]])
    assert OneBox.from_config(layer.get_config()).options == {"label": 3.0}
    assert layer.compute_output_shape(None) == (1, 1, None, 7)


def test_rows_of_no_box_are_not_counted() -> None:
    tops = [np.zeros((1, 1, 2, 7)), -np.ones((1, 1, 3, 7))]
    assert OneBoxConverter().figures(None, tops, None) == {" boxes": 2}
