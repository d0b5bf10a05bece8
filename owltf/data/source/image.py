"""Decodes image files inside tf.data, and brings images to the order that Caffe has."""

from __future__ import annotations

import tensorflow as tf

NATIVE, GRAY, COLOR = 0, 1, 3


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


def to_caffe(images: tf.Tensor, channels: int) -> tf.Tensor:
    """Return images (N, H, W, C) in RGB as Caffe's (N, C, H, W) in BGR; alpha stays last."""
    bgr = [2, 1, 0, 3][:channels] if channels >= COLOR else list(range(channels))
    return tf.transpose(tf.gather(images, bgr, axis=-1), (0, 3, 1, 2))
