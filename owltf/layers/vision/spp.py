"""SPP: spatial pyramid pooling, whose top has the same size for images of any size."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.window import Window
from owltf.layers.vision.onnx_pool import PoolWindows, add_pool
from owltf.layers.vision.pooling import check_fits, method_of, pool


class SPP(LayerConverter):
    """Pools an image as a whole, in 2x2 parts, in 4x4 parts and so on, and joins the results."""

    caffe_type = "SPP"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return (N, C * number of parts); with one level (N, C, 1, 1), as in Caffe."""
        height = layer.parameter.spp_param.pyramid_height
        if bottom.rank != 4:
            raise layer.error(f"pools (N, C, H, W), but '{bottom.name}' is {bottom.shape}")
        if height < 1:
            raise layer.error(f"pyramid_height must be at least 1, got {height}")
        images = bottom.to_channels_last()
        levels = [self._level(layer, images, level) for level in range(height)]
        if height == 1:
            return levels[0]
        join = layer.keras(keras.layers.Concatenate, axis=1)
        rows = [level.flatten() for level in levels]
        return rows[0].of(join([each.tensor for each in rows]))

    def onnx(self, node: OnnxNode) -> None:
        """Write a pooling for each level, and Concat."""
        param = node.parameter.spp_param
        method, rows = method_of(param), []
        if param.pyramid_height == 1:
            add_pool(node, method, PoolWindows.of(node, "level0"), node.top)
            return
        for level in range(param.pyramid_height):
            part = f"level{level}"
            pooled = f"{node.top}:{part}"
            add_pool(node, method, PoolWindows.of(node, part), pooled)
            rows.append(node.add("Flatten", pooled, part=f"{part}:flat", axis=1))
        node.add("Concat", *rows, axis=1)

    def _level(self, layer: Layer, images: Blob, level: int) -> Blob:
        window = _window(images.shape[2:], 2**level)
        method = method_of(layer.parameter.spp_param)
        check_fits(layer, images, window, method)
        if level == 0:
            # The whole image, whatever its size.
            return images.map(pool(layer, method, images.batch, part="level0"))
        config = {"kernel": window.kernel, "stride": window.stride, "pad": window.pad}
        return images.map(pool(layer, method, images.batch, part=f"level{level}", **config))


def _window(size: Sequence[int], parts: int) -> Window:
    """Return the window that cuts an image into a number of parts along each side."""
    kernel = tuple(-(-side // parts) for side in size)
    pad = tuple((cover * parts - side + 1) // 2 for side, cover in zip(size, kernel, strict=True))
    return Window(kernel, kernel, pad)
