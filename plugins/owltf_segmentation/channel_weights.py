"""Weights of one value a channel, which both forks keep as blobs of four axes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.api import Blob, Layer, ParamBlob


def per_channel(name: str, untrained: float) -> ParamBlob:
    """Return a parameter blob (1, C, 1, 1).

    Args:
        name: the Keras layer's attribute.
        untrained: what stands in for it in a net without weights.
    """
    return ParamBlob(name, caffe="nchw", keras="nhwc", untrained=untrained)


def check_images(layer: Layer, bottom: Blob) -> None:
    """Refuse a bottom without four axes.

    Raises:
        OwltfError: by `layer.error`.
    """
    if bottom.rank != 4:
        raise layer.error(f"takes (N, C, H, W), but '{bottom.name}' is {bottom.shape}")


def weight_shape(input_shape: Any) -> tuple[int, ...]:
    """Return the variable's shape, (1, 1, 1, C), for images with their channels last."""
    return (1, 1, 1, input_shape[-1])


def batch_moments(images: Any) -> tuple[Any, Any]:
    """Return each channel's mean and variance, divided by the count, as (1, 1, 1, C)."""
    mean = tf.reduce_mean(images, (0, 1, 2), keepdims=True)
    return mean, tf.reduce_mean(tf.square(images - mean), (0, 1, 2), keepdims=True)
