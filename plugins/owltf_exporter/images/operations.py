"""Prepares images as a net's input with TensorFlow operations, which go into the exported model."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from owltf_exporter.images.preprocessing import Preprocessing
from owltf_exporter.images.resize import resize

# OpenCV's weights of red, green and blue in a grey pixel, in units of 1 / 2^15.
_GREY, _GREY_BITS = (9798, 19235, 3735), 15


def prepare(images: Any, how: Preprocessing) -> Any:
    """Return the net's input for images.

    Args:
        images: uint8 RGB (N, H, W, 3) of any size.
        how: the steps.

    Returns:
        float32 (N, C, H, W).
    """
    return finish(fit(images, how), how)


def prepare_files(contents: Any, how: Preprocessing) -> Any:
    """Return the net's input for image files, whose images may have different sizes.

    Args:
        contents: the bytes of JPEG or PNG files, (N,).
        how: the steps.
    """

    def fitted(content: Any) -> Any:
        return fit(decode(content)[None], how)[0]

    spec = tf.TensorSpec((*how.crop, how.channels), tf.int32)
    return finish(tf.map_fn(fitted, contents, fn_output_signature=spec), how)


def decode(content: Any) -> Any:
    """Return a JPEG or PNG as uint8 RGB (H, W, 3)."""
    image = tf.cond(
        tf.io.is_jpeg(content),
        # OpenCV too decodes by the exact transform, not by TensorFlow's quicker default.
        lambda: tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_png(content, channels=3),
    )
    return tf.ensure_shape(image, (None, None, 3))


def fit(images: Any, how: Preprocessing) -> Any:
    """Return the centre of resized images: int32 (N, H, W, C), in the net's order of channels."""
    values = tf.cast(images, tf.int32)
    resized = resize(_grey(values) if how.channels == 1 else values, *how.resize)
    (top, left), (height, width) = how.corner, how.crop
    centre = resized[:, top : top + height, left : left + width]
    return centre[..., ::-1] if how.channels > 1 and how.channel_order == "bgr" else centre


def _grey(values: Any) -> Any:
    weighed = tf.reduce_sum(values * _GREY, -1, keepdims=True)
    return tf.bitwise.right_shift(weighed + (1 << _GREY_BITS - 1), _GREY_BITS)


def finish(images: Any, how: Preprocessing) -> Any:
    """Return images as float32 (N, C, H, W) minus the mean, times the scale."""
    values = tf.transpose(tf.cast(images, tf.float32), (0, 3, 1, 2))
    values = values if how.mean is None else values - how.mean
    return values if how.scale == 1 else values * np.float32(how.scale)
