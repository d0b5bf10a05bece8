"""Window: kernel, stride, pad and dilation, and Caffe's rules for the size they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from owltf.net.layer import Layer

Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A window that slides over height and width.

    Attributes:
        kernel: (height, width) of the window.
        stride: its steps.
        pad: rows and columns added on each side.
        dilation: the distance between neighbours in the kernel.
    """

    kernel: Pair
    stride: Pair
    pad: Pair
    dilation: Pair = (1, 1)

    @property
    def extent(self) -> Pair:
        """The size that the dilated kernel covers."""
        (kernel_h, kernel_w), (dilation_h, dilation_w) = self.kernel, self.dilation
        return dilation_h * (kernel_h - 1) + 1, dilation_w * (kernel_w - 1) + 1

    def convolved(self, size: Sequence[int]) -> list[int]:
        """Return the size after a convolution: Caffe rounds down."""
        sides = zip(size, self.extent, self.stride, self.pad, strict=True)
        return [(side + 2 * pad - extent) // stride + 1 for side, extent, stride, pad in sides]

    def pooled(self, size: Sequence[int], *, floor: bool = False) -> list[int]:
        """Return the size after pooling.

        Caffe rounds up, then drops a last window which would start in the padding.

        Args:
            size: height and width of the bottom.
            floor: `round_mode: FLOOR`, which rounds down instead.
        """
        sides = zip(size, self.kernel, self.stride, self.pad, strict=True)
        return [_pooled(*side, floor=floor) for side in sides]

    def overhang(self, size: Sequence[int], out: Sequence[int]) -> list[Pair]:
        """Return the rows (columns) before and after the bottom that `out` windows reach.

        The second is negative where the last rows are in no window.
        """
        sides = zip(size, out, self.extent, self.stride, self.pad, strict=True)
        return [
            (pad, (windows - 1) * stride + extent - side - pad)
            for side, windows, extent, stride, pad in sides
        ]


def _pooled(size: int, kernel: int, stride: int, pad: int, *, floor: bool) -> int:
    windows = (size + 2 * pad - kernel) / stride
    out = (int(windows // 1) if floor else ceil(windows)) + 1
    # An empty window at the end is dropped, which can only happen with padding.
    return out - 1 if pad and (out - 1) * stride >= size + pad else out


def convolution_window(layer: Layer, param: Any) -> Window:
    """Return the window of a `ConvolutionParameter` over two spatial axes.

    Raises:
        OwltfError: if a size is missing, not positive, or given twice.
    """
    kernel = _pair(layer, "kernel", param, list(param.kernel_size), param.kernel_h, param.kernel_w)
    stride = _pair(layer, "stride", param, list(param.stride), param.stride_h, param.stride_w, 1)
    pad = _pair(layer, "pad", param, list(param.pad), param.pad_h, param.pad_w, 0)
    dilation = _spread(layer, "dilation", list(param.dilation), 1)
    return _checked(layer, Window(kernel, stride, pad, dilation))


def pooling_window(layer: Layer, param: Any, size: Sequence[int]) -> Window:
    """Return the window of a `PoolingParameter`.

    Args:
        layer: the pooling layer.
        param: its message.
        size: the bottom's height and width, which global pooling takes as the kernel.

    Raises:
        OwltfError: if a size is missing, not positive, or given twice.
    """
    if param.global_pooling:
        return Window((size[0], size[1]), (1, 1), (0, 0))
    square = {
        what: [getattr(param, field)] if param.HasField(field) else []
        for what, field in (("kernel", "kernel_size"), ("stride", "stride"), ("pad", "pad"))
    }
    return _checked(
        layer,
        Window(
            _pair(layer, "kernel", param, square["kernel"], param.kernel_h, param.kernel_w),
            _pair(layer, "stride", param, square["stride"], param.stride_h, param.stride_w, 1),
            _pair(layer, "pad", param, square["pad"], param.pad_h, param.pad_w, 0),
        ),
    )


def _pair(
    layer: Layer,
    what: str,
    param: Any,
    square: list[int],
    height: int,
    width: int,
    default: int | None = None,
) -> Pair:
    by_side = param.HasField(f"{what}_h") or param.HasField(f"{what}_w")
    if by_side and square:
        raise layer.error(f"give {what} either as one size or as {what}_h and {what}_w, not both")
    return (height, width) if by_side else _spread(layer, what, square, default)


def _spread(layer: Layer, what: str, given: list[int], default: int | None) -> Pair:
    if not given and default is None:
        raise layer.error("a kernel size is required: kernel_size, or kernel_h and kernel_w")
    sizes = given or [default or 0]
    if len(sizes) > 2:
        raise layer.error(f"{what} must be given once or once for each of 2 axes, got {sizes}")
    return sizes[0], sizes[-1]


def _checked(layer: Layer, window: Window) -> Window:
    positive = {"kernel": window.kernel, "stride": window.stride, "dilation": window.dilation}
    for what, sizes in positive.items():
        if min(sizes) < 1:
            raise layer.error(f"{what} must be at least 1, got {sizes[0]}x{sizes[1]}")
    return window
