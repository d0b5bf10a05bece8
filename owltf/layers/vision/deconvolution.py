"""Deconvolution: a transposed convolution, which makes images larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.convert.window import Pair, Window, dims, side
from owltf.layers.vision.convolution import Conv, Convolution, check_source_axes
from owltf.layers.vision.correlate import uncorrelate
from owltf.layers.vision.deconvolution_source import DECONVOLUTION
from owltf.layers.vision.onnx_window import add_filters


@keras.saving.register_keras_serializable("owltf")
class Deconv(Conv):
    """Computes the gradient of a convolution by its bottom, which is a transposed convolution."""

    def _channels(self, channels: int) -> tuple[int, int]:
        return self.filters // self.groups, channels

    def _apply(self, inputs: Any, kernel: Any) -> Any:
        return uncorrelate(inputs, kernel, self.window, self.groups)

    def _size(self, size: Sequence[int]) -> list[int]:
        return self.window.deconvolved(size)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras, with the padding cut off the top."""
        window = self.window
        check_source_axes(call, window.kernel)
        whole = self._grouped(call) if self.groups > 1 else self._transposed(call)
        # If the stride is longer than the kernel, Keras leaves zeros at the end.
        sides = zip(window.pad, window.stride, window.extent, strict=True)
        cut = [(pad, pad + max(stride - size, 0)) for pad, stride, size in sides]
        if not any(map(any, cut)):
            return whole
        kind, where = f"layers.Cropping{len(cut)}D", call.literal(_cropping(cut))
        return f"{kind}({where})({call.step(whole)})"

    def _transposed(self, call: SourceCall) -> str:
        return call.layer_call(
            f"layers.Conv{len(self.window.kernel)}DTranspose",
            self.filters,
            side(self.window.extent),
            strides=call.unless(side(self.window.stride), 1),
            use_bias=call.unless(self.use_bias, True),
        )

    def _grouped(self, call: SourceCall) -> str:
        call.need(DECONVOLUTION)
        return call.layer_call(
            "Deconvolution",
            self.filters,
            self.window.extent,
            self.window.stride,
            self.groups,
            use_bias=call.unless(self.use_bias, True),
        )

    def source_weights(self) -> dict[str, Any]:
        """Return the weights, the filters widened by zeros: Keras has no dilated one on a CPU."""
        values = {each.name: each.numpy() for each in self.weights}
        return {**values, "kernel": _spread(values["kernel"], self.window)}


class Deconvolution(Convolution):
    """A transposed convolution, which makes images larger.

    Each value of the bottom adds its product with a filter to the top. The filters are
    (C, num_output / group, height, width); they are not flipped. Axes after `axis` are spatial.
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
        # The filters are (C, num_output / group, ...), with the groups along C.
        split = filters.reshape(param.group, -1, *filters.shape[1:])
        spread = factor.reshape(param.group, 1, -1, *(1,) * (filters.ndim - 2))
        return np.asarray(split * spread).reshape(filters.shape)


def _cropping(cut: Sequence[Pair]) -> Any:
    """Return the rows and columns to cut off as the argument of Keras's Cropping layers."""
    if all(before == after for before, after in cut):
        return side([before for before, _ in cut])
    return cut[0] if len(cut) == 1 else tuple(cut)


def _spread(kernel: np.ndarray, window: Window) -> np.ndarray:
    """Return filters with zeros between their values."""
    if set(window.dilation) == {1}:
        return kernel
    wide = np.zeros((*window.extent, *kernel.shape[-2:]), kernel.dtype)
    wide[tuple(slice(None, None, step) for step in window.dilation)] = kernel
    return wide
