"""Writes pooling with Caffe's windows into an ONNX graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from owltf.convert.onnx_node import OnnxNode


@dataclass(frozen=True)
class PoolWindows:
    """The windows of a pooling layer along height and width.

    Attributes:
        size: the image's size.
        out: how many windows there are.
        kernel: the size of a window; None for one window over the whole image.
        stride: the distance between two windows.
        pad: the rows or columns added before and after the image.
    """

    size: Sequence[int]
    out: Sequence[int]
    kernel: Sequence[int] | None
    stride: Sequence[int]
    pad: Sequence[int]

    @classmethod
    def of(cls, node: OnnxNode, part: str = "") -> PoolWindows:
        """Return the windows of the Keras layer that a pooling layer made."""
        layer = node.keras(part)
        config, top = layer.get_config(), layer.output.shape
        return cls(node.shape[2:], top[1:3], config["kernel"], config["stride"], config["pad"])

    @property
    def options(self) -> dict[str, Any]:
        """The windows as ONNX's attributes."""
        kernel = self.kernel or self.size
        sides = zip(self.size, self.out, kernel, self.stride, self.pad, strict=True)
        ends = [(out - 1) * step + size - side - pad for side, out, size, step, pad in sides]
        pads = [*self.pad, *(max(end, 0) for end in ends)]
        return {"kernel_shape": kernel, "strides": self.stride, "pads": pads}

    def cells(self) -> Iterator[np.ndarray]:
        """Yield how many cells of each window lie in the padded image, along height and width."""
        kernel = self.kernel or self.size
        for side, out, size, step, pad in zip(
            self.size, self.out, kernel, self.stride, self.pad, strict=True
        ):
            start = np.arange(out) * step
            yield np.minimum(start + size, side + 2 * pad) - start


def add_pool(node: OnnxNode, method: str, windows: PoolWindows, top: str) -> None:
    """Add operations that pool the first bottom.

    Args:
        node: the layer.
        method: MAX, AVE or STOCHASTIC.
        windows: its windows.
        top: the name of the result.
    """
    _BY_METHOD[method](node, windows, top)


def add_places(node: OnnxNode, windows: PoolWindows) -> None:
    """Add the second top: the place of each greatest value in its channel, counted by rows."""
    places = f"{node.top}:places"
    node.add_several("MaxPool", node.x, tops=[f"{places}:of", places], **windows.options)
    # ONNX's index counts the values of the whole batch.
    count = node.constant("count", prod(node.shape[2:]), np.int64)
    place = node.add("Mod", places, count, part="place")
    node.add("Cast", place, top=node.tops[1], to=np.float32)


def _greatest(node: OnnxNode, windows: PoolWindows, top: str) -> None:
    if windows.kernel is None:
        node.add("GlobalMaxPool", node.x, top=top)
    else:
        node.add("MaxPool", node.x, top=top, **windows.options)


def _mean(node: OnnxNode, windows: PoolWindows, top: str) -> None:
    if windows.kernel is None:
        node.add("GlobalAveragePool", node.x, top=top)
        return
    options = {**windows.options, "count_include_pad": 1}
    # A stride beyond the kernel can leave a last window empty: Caffe divides by 0 there.
    with np.errstate(divide="ignore"):
        factor = prod(windows.kernel) / np.outer(*windows.cells())
    if np.all(factor == 1):
        node.add("AveragePool", node.x, top=top, **options)
        return
    # Caffe divides by the window clipped to the padded image, ONNX by the whole window.
    node.add("AveragePool", node.x, top=f"{top}:means", **options)
    scales = node.constant(f"{top}:factor", factor[np.newaxis, np.newaxis])
    node.add("Mul", f"{top}:means", scales, top=top)


def _drawn(node: OnnxNode, windows: PoolWindows, top: str) -> None:
    """Add the mean of squares divided by the mean where that is above 0, else 0."""
    options = {**windows.options, "count_include_pad": 1}
    node.add("Mul", node.x, node.x, top=f"{top}:squares")
    node.add("AveragePool", f"{top}:squares", top=f"{top}:mean_square", **options)
    node.add("AveragePool", node.x, top=f"{top}:mean", **options)
    zero = node.constant(f"{top}:zero", 0)
    node.add("Greater", f"{top}:mean", zero, top=f"{top}:is_above")
    node.add("Div", f"{top}:mean_square", f"{top}:mean", top=f"{top}:quotient")
    node.add("Where", f"{top}:is_above", f"{top}:quotient", zero, top=top)


_BY_METHOD = {"AVE": _mean, "MAX": _greatest, "STOCHASTIC": _drawn}
