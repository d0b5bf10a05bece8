"""ChannelScale: all channels at a place times one factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall


@keras.saving.register_keras_serializable("owltf_faces")
class PlaceScale(keras.layers.Layer):
    """features * factors, for features (..., C) and factors (..., 1).

    Args:
        forward: whether anything is multiplied; else the features come out as they are.
        to_features: whether the features' gradient has the factors; else it is the top's.
        to_factors: whether the factors have a gradient.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, forward: bool, to_features: bool, to_factors: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.forward, self.to_features, self.to_factors = forward, to_features, to_factors

    def call(self, inputs: Any) -> Any:
        """Return the product."""
        features, factors = inputs
        own = features if self.to_features else tf.stop_gradient(features)
        product = own * (factors if self.to_factors else tf.stop_gradient(factors))
        if not self.to_features:
            product += features - tf.stop_gradient(features)
        if not self.forward:
            # The gradients stay those of the product.
            product += tf.stop_gradient(features - product)
        return product

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"forward": self.forward, "to_features": self.to_features}
        return {**super().get_config(), **own, "to_factors": self.to_factors}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        features, factors = call.inputs
        return f"{features} * {factors}" if self.forward else str(features)


class ChannelScale(LayerConverter):
    """The features at each place times the factor of the second bottom."""

    caffe_type = "ChannelScale"
    bottoms = (2, 2)

    def check(self, layer: Layer) -> None:
        """Refuse one factor for all, which the layer keeps by itself."""
        if layer.parameter.channel_scale_param.global_scale:
            raise layer.unsupported("global_scale: true")

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return what is for the one factor of `global_scale`."""
        names = ("init_global_scale", "max_global_scale", "min_global_scale")
        given = {field.name for field, _ in parameter.channel_scale_param.ListFields()}
        return dict.fromkeys([name for name in names if name in given], "global_scale is not true")

    def build(self, layer: Layer, features: Blob, factors: Blob) -> Blob:
        """Return the scaled features.

        Raises:
            OwltfError: if there is no factor for each place.
        """
        wanted = (features.shape[0], 1, *features.shape[2:])
        if factors.shape not in (wanted, (wanted[0],)):
            raise layer.error(f"needs factors {wanted} for {features.shape}; got {factors.shape}")
        param = layer.parameter.channel_scale_param
        scale = layer.keras(
            PlaceScale,
            forward=param.do_forward,
            to_features=param.do_backward_feature,
            to_factors=param.do_backward_scale,
        )
        images, each = features.to_channels_last(), factors.reshape(wanted).to_channels_last()
        return images.of(scale([images.tensor, each.tensor]))

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul, or Identity where nothing is multiplied."""
        if not node.parameter.channel_scale_param.do_forward:
            node.add("Identity", node.x)
            return
        rest = node.shape[2:]
        factors = node.reshape(node.bottoms[1], (-1, 1, *rest), part="factors")
        node.add("Mul", node.x, factors)
