"""Decodes image files as OpenCV does."""

from __future__ import annotations

import tensorflow as tf

NATIVE, GRAY, COLOR = 0, 1, 3


def decode_image(contents: tf.Tensor, channels: int) -> tf.Tensor:
    """Decode one JPEG, PNG, GIF or BMP.

    Args:
        contents: The file's bytes.
        channels: NATIVE keeps what the file has; GRAY and COLOR convert it.

    Returns:
        uint8 (H, W, C), in TensorFlow's order of the channels: RGB.
    """
    image = tf.io.decode_image(contents, channels, expand_animations=False)
    image.set_shape([None, None, channels or None])
    return image


def to_caffe(images: tf.Tensor, channels: int) -> tf.Tensor:
    """Bring (N, H, W, C) in RGB to Caffe's (N, C, H, W) in BGR; an alpha channel stays last."""
    bgr = [2, 1, 0, 3][:channels] if channels >= COLOR else list(range(channels))
    return tf.transpose(tf.gather(images, bgr, axis=-1), (0, 3, 1, 2))
