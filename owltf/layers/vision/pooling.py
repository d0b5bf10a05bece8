"""Pooling: the greatest value, the mean, or a random value of each window."""

from __future__ import annotations

from typing import Any

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.window import Window, dims, pooling_window
from owltf.layers.vision.average_pool import AveragePool2D
from owltf.layers.vision.max_pool import MaxPlace2D, MaxPool2D
from owltf.layers.vision.onnx_pool import PoolWindows, add_places, add_pool
from owltf.layers.vision.stochastic_pool import StochasticPool2D


class Pooling(LayerConverter):
    """The greatest value, the mean, or a random value of each window, or of the whole image.

    A second top of MAX has the place of each value, as row * width + column of its channel.
    """

    caffe_type = "Pooling"
    tops = (1, 2)

    def check(self, layer: Layer) -> None:
        """Refuse a second top, unless the method is MAX."""
        if len(layer.tops) > 1 and method_of(layer.parameter.pooling_param) != "MAX":
            raise layer.unsupported("a second top (the mask) of another pool than MAX")

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        """Return the pooled images; a second top has the places of the values."""
        param = layer.parameter.pooling_param
        if bottom.rank != 4:
            raise layer.error(f"pools (N, C, H, W), but '{bottom.name}' is {bottom.shape}")
        window = pooling_window(layer, param, bottom.shape[2:])
        floor, method = self.rounds_down(param), method_of(param)
        check_fits(layer, bottom, window, method, floor=floor)
        config: dict[str, Any] = {
            "kernel": None if param.global_pooling else window.kernel,
            "stride": window.stride,
            "pad": window.pad,
            "floor": floor,
        }
        images = bottom.to_channels_last()
        tops = [images.map(pool(layer, method, bottom.batch, **config))]
        if len(layer.tops) > 1:
            tops.append(images.map(layer.keras(MaxPlace2D, part="mask", **config)))
        return tops

    def rounds_down(self, param: Any) -> bool:
        """Return whether the number of windows is rounded down.

        Args:
            param: the `PoolingParameter`.
        """
        return bool(param.round_mode == param.FLOOR)

    def onnx(self, node: OnnxNode) -> None:
        """Write MaxPool or AveragePool, with what Caffe's rules add to them."""
        windows = PoolWindows.of(node)
        add_pool(node, method_of(node.parameter.pooling_param), windows, node.top)
        if len(node.tops) > 1:
            add_places(node, windows)


def method_of(param: Any) -> str:
    """Return the method that a message's `pool` names: MAX, AVE or STOCHASTIC."""
    return str(type(param).PoolMethod.Name(param.pool))


def pool(layer: Layer, method: str, batch: int | None, *, part: str = "", **config: Any) -> Any:
    """Return the Keras layer that pools by a method.

    Args:
        layer: Caffe's layer.
        method: MAX, AVE or STOCHASTIC.
        batch: the rows of the whole batch.
        part: a word for the Keras layer's name, where the Caffe layer makes several.
        **config: the arguments of `Pool2D`.
    """
    if method == "STOCHASTIC":
        stream = f"{layer.name}/{part}" if part else layer.name
        return layer.keras(StochasticPool2D, part=part, stream=stream, batch=batch, **config)
    return layer.keras(AveragePool2D if method == "AVE" else MaxPool2D, part=part, **config)


def check_fits(
    layer: Layer, bottom: Blob, window: Window, method: str, *, floor: bool = False
) -> None:
    """Refuse windows that Caffe refuses.

    Raises:
        OwltfError: if the padding is not less than the kernel, or the kernel does not fit.
    """
    pad, kernel, size = window.pad, window.kernel, bottom.shape[2:]
    if any(pad) and method == "STOCHASTIC":
        raise layer.error(f"pool: STOCHASTIC has no padding in Caffe, got pad {dims(pad)}")
    if any(side >= cover for side, cover in zip(pad, kernel, strict=True)):
        raise layer.error(
            f"pad must be less than the kernel, got pad {dims(pad)} for {dims(kernel)}"
        )
    # A window may reach beyond the end by less than a stride; Caffe, which rounds up, keeps it.
    if min(window.pooled(size, floor=floor)) < 1:
        raise layer.error(
            f"a kernel of {dims(kernel)} does not fit in '{bottom.name}' {bottom.shape} "
            f"with pad {dims(pad)}"
        )
