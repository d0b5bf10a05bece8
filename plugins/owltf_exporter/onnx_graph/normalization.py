"""Normalization: layers that bring values to a common size, by factors and terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from owltf_exporter.onnx_graph.graph import Step


def batch_norm(step: Step) -> None:
    """Mean and variance, which Caffe keeps as sums."""
    mean, variance, ones = step.blobs
    factor = 1 / ones[0] if ones[0] else 0
    parts = {
        "ones": np.ones_like(mean),
        "zeros": np.zeros_like(mean),
        "mean": mean * factor,
        "variance": variance * factor,
    }
    names = [step.constant(part, values) for part, values in parts.items()]
    step.add("BatchNormalization", step.x, *names, epsilon=step.parameter.batch_norm_param.eps)


def scale(step: Step) -> None:
    """A factor, and a term if there is one."""
    param, blobs = step.parameter.scale_param, list(step.blobs)
    if len(step.bottoms) > 1:
        factor, axes = _wide(step, param.axis), len(step.graph.shapes[step.bottoms[1]])
    else:
        factor, axes = _spread(step, "gamma", blobs[0], param.axis), blobs[0].ndim
        blobs = blobs[1:]
    if not blobs:
        step.add("Mul", step.x, factor)
        return
    scaled = step.add("Mul", step.x, factor, part="scaled")
    term = _spread(step, "beta", blobs[0].reshape(blobs[0].shape or (1,) * axes), param.axis)
    step.add("Add", scaled, term)


def bias(step: Step) -> None:
    """A term."""
    axis = step.parameter.bias_param.axis
    is_blob = len(step.bottoms) > 1
    term = _wide(step, axis) if is_blob else _spread(step, "beta", step.blobs[0], axis)
    step.add("Add", step.x, term)


def _spread(step: Step, part: str, blob: np.ndarray, axis: int) -> str:
    """Add a blob that lies along the axes from `axis` on."""
    after = len(step.shape) - step.axis(axis) - blob.ndim
    return step.constant(part, blob.reshape(*blob.shape, *(1,) * (after if blob.ndim else 0)))


def _wide(step: Step, axis: int) -> str:
    """Return the second bottom with axes of size 1 behind its own."""
    rank = len(step.graph.shapes[step.bottoms[1]])
    after = len(step.shape) - step.axis(axis) - rank if rank else 0
    if not after:
        return step.bottoms[1]
    axes = step.constant("axes", range(rank, rank + after), np.int64)
    return step.add("Unsqueeze", step.bottoms[1], axes, part="wide")


def lrn(step: Step) -> None:
    """Division by the size of neighbours; ONNX too divides alpha by the window's size."""
    param = step.parameter.lrn_param
    if param.norm_region == param.ACROSS_CHANNELS:
        options = {"alpha": param.alpha, "beta": param.beta, "bias": param.k}
        step.add("LRN", step.x, size=param.local_size, **options)
        return
    size, side = param.local_size, param.local_size // 2
    squares = step.add("Mul", step.x, step.x, part="squares")
    pads: dict[str, Any] = {"pads": [side] * 4, "count_include_pad": 1}
    means = step.add("AveragePool", squares, part="means", kernel_shape=[size] * 2, **pads)
    scaled = step.add("Mul", means, step.number("alpha", param.alpha), part="scaled")
    total = step.add("Add", scaled, step.number("one", 1), part="total")
    power = step.add("Pow", total, step.number("beta", param.beta), part="power")
    step.add("Div", step.x, power)


def mvn(step: Step) -> None:
    """Values less their mean, over their deviation."""
    param, rank = step.parameter.mvn_param, len(step.shape)
    x = step.x if rank == 4 else step.reshape(step.x, (0, *step.top_shape[1:]), part="images")
    axes = [1, 2, 3] if param.across_channels else [2, 3]
    means = step.add("ReduceMean", x, part="means", axes=axes, keepdims=1)
    if not param.normalize_variance:
        step.add("Sub", x, means)
        return
    centred = step.add("Sub", x, means, part="centred")
    squares = step.add("Mul", centred, centred, part="squares")
    variance = step.add("ReduceMean", squares, part="variance", axes=axes, keepdims=1)
    deviation = step.add("Sqrt", variance, part="deviation")
    divisor = step.add("Add", deviation, step.number("epsilon", param.eps), part="divisor")
    step.add("Div", centred, divisor)
