"""Decodes image files inside tf.data, and brings images to the order that Caffe has."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

NATIVE, GRAY, COLOR = 0, 1, 3
# EXIF orientations after which rows are columns, and which of both then run backwards.
_LYING, _UPSIDE_DOWN, _MIRRORED = (5, 6, 7, 8), (3, 4, 7, 8), (2, 3, 6, 7)


def decode_image(contents: tf.Tensor, channels: int) -> tf.Tensor:
    """Decode one JPEG, PNG, GIF or BMP.

    Args:
        contents: the file's bytes.
        channels: GRAY or COLOR to convert the image, NATIVE to keep the file's channels.

    Returns:
        uint8 (H, W, C), in TensorFlow's order of the channels: RGB.
    """
    image = tf.io.decode_image(contents, channels, expand_animations=False)
    image.set_shape([None, None, channels or None])
    return image


def upright(image: Any, orientation: int) -> Any:
    """Return an image (H, W, C) turned as OpenCV turns it for an EXIF orientation from 1 to 8."""
    turned = image.swapaxes(0, 1) if orientation in _LYING else image
    rows = slice(None, None, -1 if orientation in _UPSIDE_DOWN else 1)
    columns = slice(None, None, -1 if orientation in _MIRRORED else 1)
    return turned[rows, columns]


def to_caffe(images: tf.Tensor, channels: int) -> tf.Tensor:
    """Return images (N, H, W, C) in RGB as Caffe's (N, C, H, W) in BGR; alpha stays last."""
    bgr = [2, 1, 0, 3][:channels] if channels >= COLOR else list(range(channels))
    return tf.transpose(tf.gather(images, bgr, axis=-1), (0, 3, 1, 2))
