"""Pooling: Caffe's windows in ONNX's terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from onnx import TensorProto

from owltf_exporter.onnx_graph.graph import Step


def pooling(step: Step) -> None:
    """The greatest value, the mean, or the mean of what is drawn from each window."""
    param = step.parameter.pooling_param
    windows = _Windows.of(step)
    _BY_METHOD[_method(param)](step, windows, step.top)
    if len(step.tops) > 1:
        _mask(step, windows)


def spp(step: Step) -> None:
    """Poolings of a pyramid, joined."""
    param = step.parameter.spp_param
    pool, rows = _BY_METHOD[_method(param)], []
    if param.pyramid_height == 1:
        pool(step, _Windows.of(step, "level0"), step.top)
        return
    for level in range(param.pyramid_height):
        part = f"level{level}"
        pooled = f"{step.top}:{part}"
        pool(step, _Windows.of(step, part), pooled)
        rows.append(step.add("Flatten", pooled, part=f"{part}:flat", axis=1))
    step.add("Concat", *rows, axis=1)


def _method(param: Any) -> str:
    return str(type(param).PoolMethod.Name(param.pool))


@dataclass(frozen=True)
class _Windows:
    """The windows of a pooling along each side.

    Attributes:
        size: the image's size.
        out: how many windows there are.
        kernel: their size; None for one window over the whole image.
        stride: their steps.
        pad: what is added before and after the image.
    """

    size: Sequence[int]
    out: Sequence[int]
    kernel: Sequence[int] | None
    stride: Sequence[int]
    pad: Sequence[int]

    @classmethod
    def of(cls, step: Step, part: str = "") -> _Windows:
        """Return those of a layer's Keras layer."""
        made = step.keras(part)
        config, top = made.get_config(), made.output.shape
        return cls(step.shape[2:], top[1:3], config["kernel"], config["stride"], config["pad"])

    @property
    def options(self) -> dict[str, Any]:
        """The windows as ONNX's attributes."""
        kernel = self.kernel or self.size
        sides = zip(self.size, self.out, kernel, self.stride, self.pad, strict=True)
        ends = [(out - 1) * step + size - side - pad for side, out, size, step, pad in sides]
        pads = [*self.pad, *(max(end, 0) for end in ends)]
        return {"kernel_shape": kernel, "strides": self.stride, "pads": pads}

    def cells(self) -> Iterator[np.ndarray]:
        """Yield how much of each window lies in the padded image, along each side."""
        kernel = self.kernel or self.size
        for side, out, size, step, pad in zip(
            self.size, self.out, kernel, self.stride, self.pad, strict=True
        ):
            start = np.arange(out) * step
            yield np.minimum(start + size, side + 2 * pad) - start


def _greatest(step: Step, windows: _Windows, top: str) -> None:
    if windows.kernel is None:
        step.add("GlobalMaxPool", step.x, top=top)
    else:
        step.add("MaxPool", step.x, top=top, **windows.options)


def _mean(step: Step, windows: _Windows, top: str) -> None:
    if windows.kernel is None:
        step.add("GlobalAveragePool", step.x, top=top)
        return
    options = {**windows.options, "count_include_pad": 1}
    # A stride beyond the kernel can leave a last window empty: Caffe divides by 0 there.
    with np.errstate(divide="ignore"):
        factor = prod(windows.kernel) / np.outer(*windows.cells())
    if np.all(factor == 1):
        step.add("AveragePool", step.x, top=top, **options)
        return
    # Caffe divides by the window clipped to the padded image, ONNX by the whole window.
    step.add("AveragePool", step.x, top=f"{top}:means", **options)
    scales = step.constant(f"{top}:factor", factor[np.newaxis, np.newaxis])
    step.add("Mul", f"{top}:means", scales, top=top)


def _drawn(step: Step, windows: _Windows, top: str) -> None:
    """The mean of squares over the mean, as far as that is above 0."""
    options = {**windows.options, "count_include_pad": 1}
    step.add("Mul", step.x, step.x, top=f"{top}:squares")
    step.add("AveragePool", f"{top}:squares", top=f"{top}:mean_square", **options)
    step.add("AveragePool", step.x, top=f"{top}:mean", **options)
    zero = step.constant(f"{top}:zero", 0)
    step.add("Greater", f"{top}:mean", zero, top=f"{top}:is_above")
    step.add("Div", f"{top}:mean_square", f"{top}:mean", top=f"{top}:quotient")
    step.add("Where", f"{top}:is_above", f"{top}:quotient", zero, top=top)


def _mask(step: Step, windows: _Windows) -> None:
    """Where the greatest value is in its channel, row by row."""
    places = f"{step.top}:places"
    step.graph.node("MaxPool", [step.x], [f"{places}:of", places], **windows.options)
    # ONNX counts values of the whole batch.
    count = step.constant("count", prod(step.shape[2:]), np.int64)
    place = step.add("Mod", places, count, part="place")
    step.add("Cast", place, top=step.tops[1], to=TensorProto.FLOAT)


_BY_METHOD = {"AVE": _mean, "MAX": _greatest, "STOCHASTIC": _drawn}
