"""Deconvolution: a convolution's way back, which makes images larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.window import Window, dims
from owltf.layers.vision.convolution import Conv, Convolution
from owltf.layers.vision.correlate import uncorrelate
from owltf.layers.vision.onnx_window import add_filters


@keras.saving.register_keras_serializable("owltf")
class Deconv(Conv):
    """The gradient of the convolution that leads from the top to the bottom (N, ..., C)."""

    def _channels(self, channels: int) -> tuple[int, int]:
        return self.filters // self.groups, channels

    def _apply(self, inputs: Any, kernel: Any) -> Any:
        return uncorrelate(inputs, kernel, self.window, self.groups)

    def _size(self, size: Sequence[int]) -> list[int]:
        return self.window.deconvolved(size)


class Deconvolution(Convolution):
    """Filters of (C, num_output / group, height, width), each value of the bottom scaling one.

    They are not flipped. The spatial axes are those after `axis`, as in a convolution.
    """

    caffe_type = "Deconvolution"
    params = (ParamBlob("kernel", caffe="io...", keras="...oi"), ParamBlob("bias"))
    keras_class = Deconv

    def _check_fits(self, layer: Layer, window: Window, bottom: Blob) -> None:
        size = bottom.shape[bottom.rank - len(window.kernel) :]
        if min(window.deconvolved(size), default=1) < 1:
            raise layer.error(
                f"pad {dims(window.pad)} leaves nothing of '{bottom.name}' {bottom.shape} under a "
                f"kernel covering {dims(window.extent)}"
            )

    def onnx(self, node: OnnxNode) -> None:
        """Write ConvTranspose."""
        add_filters(node, "ConvTranspose")

    def _scaled(self, param: Any, filters: np.ndarray, factor: np.ndarray) -> np.ndarray:
        # They lie (C, channels / group, ...), the groups along C.
        split = filters.reshape(param.group, -1, *filters.shape[1:])
        spread = factor.reshape(param.group, 1, -1, *(1,) * (filters.ndim - 2))
        return np.asarray(split * spread).reshape(filters.shape)
