"""ShuffleChannel: deals the channels of groups out like cards, as ShuffleNet does."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall


@keras.saving.register_keras_serializable("owltf_ssd")
class Shuffle(keras.layers.Layer):
    """Moves channel g * (C / groups) + i of the last axis to i * groups + g.

    Args:
        groups: how many groups the channels are in.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, groups: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, inputs: Any) -> Any:
        """Return the shuffled channels."""
        channels = inputs.shape[-1]
        order = [g * (channels // self.groups) + i for i, g in self._places(channels)]
        return keras.ops.take(inputs, order, axis=-1)

    def _places(self, channels: int) -> list[tuple[int, int]]:
        return [(i, g) for i in range(channels // self.groups) for g in range(self.groups)]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "groups": self.groups}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        channels = call.shapes[0][-1]
        order = f"np.arange({channels}).reshape({self.groups}, -1).T.ravel()"
        return f"ops.take({call.x}, {order}, axis=-1)"


class ShuffleChannel(LayerConverter):
    """Makes channel i of group g the channel g of group i, for `group` groups."""

    caffe_type = "ShuffleChannel"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the shuffled channels.

        Raises:
            OwltfError: if the channels cannot be split into the groups.
        """
        group = layer.parameter.shuffle_channel_param.group
        if bottom.rank < 2 or group < 1 or bottom.shape[1] % group:
            raise layer.error(f"channels must be a multiple of group ({group}); got {bottom.shape}")
        return bottom.to_channels_last().map(layer.keras(Shuffle, groups=group))

    def onnx(self, node: OnnxNode) -> None:
        """Write Reshape, Transpose and Reshape."""
        group, (channels, *size) = node.parameter.shuffle_channel_param.group, node.shape[1:]
        split = node.reshape(node.x, (0, group, channels // group, *size), part="groups")
        rest = range(3, 3 + len(size))
        dealt = node.add("Transpose", split, part="dealt", perm=[0, 2, 1, *rest])
        node.reshape(dealt, (0, channels, *size))
