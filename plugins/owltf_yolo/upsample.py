"""Upsample by a scale: repeats each pixel along height and width."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode


class Upsample(LayerConverter):
    """Repeats each pixel `scale` times along height and width."""

    caffe_type = "Upsample"

    def fits(self, parameter: Any) -> bool:
        """Return whether an Upsample has no mask."""
        return len(parameter.bottom) == 1

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the larger images.

        Raises:
            OwltfError: if the bottom holds no images, or the scale is below 1.
        """
        scale = _scale(layer.parameter)
        if bottom.rank != 4 or scale < 1:
            raise layer.error(f"needs images (N, C, H, W) and a scale of 1 or more, got {scale}")
        larger = layer.keras(keras.layers.UpSampling2D, size=scale)
        return bottom.to_channels_last().map(larger)

    def onnx(self, node: OnnxNode) -> None:
        """Write Resize, to the nearest pixel."""
        scale = _scale(node.parameter)
        roi, scales = node.constant("roi", []), node.constant("scales", [1, 1, scale, scale])
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        node.add("Resize", node.x, roi, scales, mode="nearest", **how)


def _scale(parameter: Any) -> int:
    # The default is that of MobileNet-YOLO, whatever another plugin with the field says.
    param = parameter.upsample_param
    return int(param.scale) if param.HasField("scale") else 1
