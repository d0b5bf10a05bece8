"""Sliding windows of convolution and pooling, with Caffe's rules for the size of their tops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from owltf.convert.layer import Layer

Sizes = tuple[int, ...]
Pair = tuple[int, int]

# What a size is called, its field, and what it is where the file does not say.
_FIELDS = (("kernel", "kernel_size", None), ("stride", "stride", 1), ("pad", "pad", 0))

# TensorFlow's kernels count in 32 bits, and end the process where that overflows.
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Window:
    """A window that slides over the spatial axes: height and width, or any others.

    Attributes:
        kernel: the window's size along each axis.
        stride: the distance between two windows.
        pad: the rows or columns added on each side of the bottom.
        dilation: the distance between neighbours in the kernel; 1 unless given.
    """

    kernel: Sizes
    stride: Sizes
    pad: Sizes
    dilation: Sizes = ()

    def __post_init__(self) -> None:
        if not self.dilation:
            object.__setattr__(self, "dilation", (1,) * len(self.kernel))

    @classmethod
    def of(
        cls,
        kernel_size: Sequence[int],
        strides: Sequence[int],
        pad: Sequence[int],
        dilation_rate: Sequence[int],
    ) -> Window:
        """Return the window that the arguments of a Keras layer describe."""
        return cls(tuple(kernel_size), tuple(strides), tuple(pad), tuple(dilation_rate))

    @property
    def config(self) -> dict[str, Any]:
        """The window as the arguments of a Keras layer."""
        return {
            "kernel_size": list(self.kernel),
            "strides": list(self.stride),
            "pad": list(self.pad),
            "dilation_rate": list(self.dilation),
        }

    @property
    def extent(self) -> Sizes:
        """The size that the dilated kernel covers."""
        sides = zip(self.kernel, self.dilation, strict=True)
        return tuple(dilation * (kernel - 1) + 1 for kernel, dilation in sides)

    def convolved(self, size: Sequence[int]) -> list[int]:
        """Return the size after a convolution: Caffe rounds down."""
        sides = zip(size, self.extent, self.stride, self.pad, strict=True)
        return [(side + 2 * pad - extent) // stride + 1 for side, extent, stride, pad in sides]

    def deconvolved(self, size: Sequence[int]) -> list[int]:
        """Return the size after a deconvolution: the smallest that a convolution maps to this."""
        sides = zip(size, self.extent, self.stride, self.pad, strict=True)
        return [stride * (side - 1) + extent - 2 * pad for side, extent, stride, pad in sides]

    def pooled(
        self, size: Sequence[int], *, floor: bool = False, least: Callable[..., Any] = min
    ) -> list[int]:
        """Return the size after pooling.

        Caffe rounds up, then drops a last window which would start in the padding. Without any
        padding it keeps the last one, which can then be empty.

        Args:
            size: the bottom's spatial size.
            floor: `round_mode: FLOOR`, which rounds down instead.
            least: returns the smaller of two sizes; `tf.minimum` where a graph computes them.
        """
        rounded = self._rounded(size, floor=floor)
        if not any(self.pad):
            return rounded
        sides = zip(rounded, size, self.stride, self.pad, strict=True)
        return [least(out, (side + pad - 1) // stride + 1) for out, side, stride, pad in sides]

    def _rounded(self, size: Sequence[int], *, floor: bool) -> list[int]:
        sides = zip(size, self.kernel, self.stride, self.pad, strict=True)
        return [
            (side + 2 * pad - kernel + (0 if floor else stride - 1)) // stride + 1
            for side, kernel, stride, pad in sides
        ]

    def overhang(self, size: Sequence[int], out: Sequence[int]) -> list[Pair]:
        """Return how many rows (columns, ...) the windows reach beyond the bottom on each side.

        The second number is negative where the last rows are in no window.

        Args:
            size: the bottom's size along each axis.
            out: the number of windows along each axis.
        """
        sides = zip(size, out, self.extent, self.stride, self.pad, strict=True)
        return [
            (pad, (windows - 1) * stride + extent - side - pad)
            for side, windows, extent, stride, pad in sides
        ]


def convolution_window(layer: Layer, param: Any, axes: int = 2) -> Window:
    """Return the window of a `ConvolutionParameter`.

    Args:
        layer: the layer.
        param: its message.
        axes: how many spatial axes the bottom has.

    Raises:
        OwltfError: if a size is missing, not positive, or given twice.
    """
    kernel, stride, pad = (
        _sides(layer, what, param, list(getattr(param, name)), axes, default)
        for what, name, default in _FIELDS
    )
    dilation = _spread(layer, "dilation", list(param.dilation), axes, 1)
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
        _check_global(layer, param)
        return Window((size[0], size[1]), (1, 1), (0, 0))
    kernel, stride, pad = (
        _sides(layer, what, param, _given(param, name), 2, default)
        for what, name, default in _FIELDS
    )
    return _checked(layer, Window(kernel, stride, pad))


def _check_global(layer: Layer, param: Any) -> None:
    """Refuse a window beside global_pooling, which covers the whole image."""
    # A pad of 0 and a stride of 1 say nothing new.
    nothing = {"pad": 0, "stride": 1}
    for what, _, _ in _FIELDS:
        for name in (what, f"{what}_h", f"{what}_w", f"{what}_size"):
            if name in param.DESCRIPTOR.fields_by_name and param.HasField(name):
                value = getattr(param, name)
                if value != nothing.get(what):
                    raise layer.error(
                        f"global_pooling covers the whole image; drop {name}, got {value}"
                    )


def _given(param: Any, name: str) -> list[int]:
    return [getattr(param, name)] if param.HasField(name) else []


def _sides(
    layer: Layer, what: str, param: Any, given: list[int], axes: int, default: int | None
) -> Sizes:
    by_side = param.HasField(f"{what}_h") or param.HasField(f"{what}_w")
    if not by_side:
        return _spread(layer, what, given, axes, default)
    if given:
        raise layer.error(f"give {what} either as one size or as {what}_h and {what}_w, not both")
    if axes != 2:
        raise layer.error(f"{what}_h and {what}_w are for 2 spatial axes, but there are {axes}")
    return getattr(param, f"{what}_h"), getattr(param, f"{what}_w")


def _spread(layer: Layer, what: str, given: list[int], axes: int, default: int | None) -> Sizes:
    if not given and default is None:
        raise layer.error("a kernel size is required: kernel_size, or kernel_h and kernel_w")
    sizes = given or [default or 0]
    if len(sizes) not in (1, axes):
        raise layer.error(f"{what} must be given once or once for each of {axes} axes, got {sizes}")
    return tuple(sizes * axes if len(sizes) == 1 else sizes)


def _checked(layer: Layer, window: Window) -> Window:
    positive = {"kernel": window.kernel, "stride": window.stride, "dilation": window.dilation}
    for what, sizes in positive.items():
        if min(sizes, default=1) < 1:
            raise layer.error(f"{what} must be at least 1, got {dims(sizes)}")
    for what, sizes in {**positive, "pad": window.pad}.items():
        if max(sizes, default=1) > _LARGEST:
            raise layer.error(f"{what} must be at most {_LARGEST:,}, got {dims(sizes)}")
    return window


def dims(sizes: Sequence[int]) -> str:
    """Return sizes as a text: 3x2."""
    return "x".join(map(str, sizes))


def side(sizes: Sequence[int]) -> int | tuple[int, ...]:
    """Return sizes as Keras's layers take them: one number if all are equal."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)
