"""The common part of layers that cut regions out of images' features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from owltf.api import (
    Blob,
    Layer,
    LayerConverter,
    SourceCall,
    check_one_replica,
    check_range,
    plain_source,
)

_SOURCE = """
class {name}(layers.Layer):
    def __init__(self, size, names, values, **kwargs):
        super().__init__(**kwargs)
        self.size, self.options = size, dict(zip(names, values))

    def call(self, inputs):
        features, rois = inputs
        image = ops.cast(rois[:, 0], "int32")
        return {pool}(features, rois, image, *self.size, **self.options)
"""


class RegionLayer(keras.layers.Layer):
    """Gives each region (image, x1, y1, x2, y2) a small image of one size.

    Args:
        size: the height and width of the small images.
        options: the other arguments of the class's `pool`.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, size: Any, options: dict[str, Any], title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.options, self.title = list(size), dict(options), title
        self.supports_jit = False

    # What computes the small images, as a function that imports what it needs.
    pool: Callable[..., Any]

    def call(self, inputs: Any) -> Any:
        """Return the small images (R, height, width, channels)."""
        check_one_replica(self.title, "cutting regions out of the batch")
        features, rois = inputs[0], tf.stop_gradient(inputs[1])
        image = tf.cast(rois[:, 0], tf.int32)
        image = check_range(image, tf.shape(features)[0], self.title, "image", "images")
        return type(self).pool(features, rois, image, *self.size, **self.options)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the shape of the small images."""
        features, rois = input_shape
        return (rois[0], *self.size, self.channels(features[-1]))

    def channels(self, given: int) -> int:
        """Return how many channels the small images have."""
        return given

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"size": self.size, "options": self.options, "title": self.title}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source, which needs TensorFlow as Keras's backend."""
        pool = type(self).pool
        for each in (*getattr(pool, "needs", ()), pool):
            call.need("\n" + plain_source(each))
        name = f"{pool.__name__}_layer"
        call.need(_SOURCE.format(name=name, pool=pool.__name__))
        return call.layer_call(name, self.size, list(self.options), list(self.options.values()))


class RegionConverter(LayerConverter):
    """The common part of their converters: bottoms are features and regions."""

    bottoms = (2, 2)

    def regions(
        self, layer: Layer, features: Blob, rois: Blob, made: Any, size: Any, **options: Any
    ) -> Blob:
        """Return the small images, (R, channels, height, width).

        Args:
            layer: Caffe's layer.
            features: the first bottom, (N, C, H, W).
            rois: the second bottom, (R, 5) or (R, 5, 1, 1).
            made: the Keras layer's class.
            size: the height and width of the small images.
            **options: what the class takes besides.

        Raises:
            OwltfError: if the bottoms have other shapes, or a size is missing.
        """
        flat = rois.flatten()
        if features.rank != 4 or flat.shape[1:] != (5,):
            raise layer.error(
                f"needs features (N, C, H, W) and regions (R, 5); got {features.shape} and "
                f"{rois.shape}"
            )
        if min(size) < 1:
            raise layer.error(f"the pooled height and width must be at least 1, got {size}")
        images = features.to_channels_last()
        cut = layer.keras(made, size=list(size), options=options, title=layer.title)
        return images.of(cut([images.tensor, flat.tensor]), batch=rois.shape[0])

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return that images and regions differ in number."""
        return True


def pooled_size(layer: Layer, param: Any) -> tuple[int, int]:
    """Return `pooled_h` and `pooled_w`, or what a `pooled_size` gives for both."""
    sides = [int(side) for side in getattr(param, "pooled_size", ())]
    height, width = (sides[0], sides[-1]) if sides else (int(param.pooled_h), int(param.pooled_w))
    return height, width
