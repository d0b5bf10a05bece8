"""Layers: what each of Caffe's layer types is in ONNX's standard operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import exp, log
from typing import Any

import numpy as np

from owltf_exporter.onnx_graph.graph import Step
from owltf_exporter.onnx_graph.pooling import pooling


def convolution(step: Step) -> None:
    """Filters; those of Caffe lie as those of ONNX do."""
    _filters(step, "Conv")


def deconvolution(step: Step) -> None:
    """The way back of a convolution."""
    _filters(step, "ConvTranspose")


def _filters(step: Step, kind: str) -> None:
    config, weights = step.config, list(step.weights())
    options = {
        "kernel_shape": config["kernel_size"],
        "strides": config["strides"],
        "dilations": config["dilation_rate"],
        "pads": [*config["pad"], *config["pad"]],
        "group": config["groups"],
    }
    for bottom, top in zip(step.bottoms, step.tops, strict=True):
        step.add(kind, bottom, *weights, top=top, **options)


def inner_product(step: Step) -> None:
    """A matrix over whatever lies behind the batch."""
    turned = not step.parameter.inner_product_param.transpose
    is_row = len(step.shape) == 2
    rows = step.x if is_row else step.add("Flatten", step.x, part="flat", axis=1)
    step.add("Gemm", rows, *step.weights(), transB=int(turned))


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


def relu(step: Step) -> None:
    """max(x, 0), or leaky."""
    slope = step.parameter.relu_param.negative_slope
    if slope:
        step.add("LeakyRelu", step.x, alpha=slope)
    else:
        step.add("Relu", step.x)


def prelu(step: Step) -> None:
    """A slope for each channel, or one for all."""
    slope = step.blobs[0].reshape(-1, *(1,) * (len(step.shape) - 2))
    step.add("PRelu", step.x, step.constant("slope", slope))


def elu(step: Step) -> None:
    """Exponential below 0."""
    step.add("Elu", step.x, alpha=step.parameter.elu_param.alpha)


def plain(kind: str) -> Callable[[Step], None]:
    """Return what adds one operation without attributes."""

    def add(step: Step) -> None:
        step.add(kind, step.x)

    return add


def power(step: Step) -> None:
    """(shift + scale * x) ^ power."""
    param = step.parameter.power_param
    terms = [("Mul", "scale", param.scale, 1), ("Add", "shift", param.shift, 0)]
    _chain(step, [*terms, ("Pow", "power", param.power, 1)])


def exponential(step: Step) -> None:
    """A base to the power scale * x + shift."""
    param = step.parameter.exp_param
    slope = 1.0 if param.base == -1 else log(param.base)
    scaled = step.add("Mul", step.x, step.number("scale", slope * param.scale), part="scaled")
    made = step.add("Exp", scaled, part="exp")
    step.add("Mul", made, step.number("factor", exp(slope * param.shift)))


def logarithm(step: Step) -> None:
    """The logarithm of scale * x + shift to a base."""
    param = step.parameter.log_param
    factor = 1.0 if param.base == -1 else 1 / log(param.base)
    scaled = step.add("Mul", step.x, step.number("scale", param.scale), part="scaled")
    shifted = step.add("Add", scaled, step.number("shift", param.shift), part="shifted")
    made = step.add("Log", shifted, part="log")
    step.add("Mul", made, step.number("factor", factor))


def _chain(step: Step, terms: Sequence[tuple[str, str, float, float]]) -> None:
    """Add those of some operations with a number that change anything."""
    used = [(kind, part, value) for kind, part, value, idle in terms if value != idle]
    now = step.x
    for kind, part, value in used[:-1]:
        now = step.add(kind, now, step.number(part, value), part=f"with_{part}")
    for kind, part, value in used[-1:]:
        step.add(kind, now, step.number(part, value))
    if not used:
        step.add("Identity", now)


def clip(step: Step) -> None:
    """Between two numbers."""
    param = step.parameter.clip_param
    step.add("Clip", step.x, step.number("min", param.min), step.number("max", param.max))


def threshold(step: Step) -> None:
    """1 above a number, 0 elsewhere."""
    above = step.number("threshold", step.parameter.threshold_param.threshold)
    is_above = step.add("Greater", step.x, above, part="is_above")
    step.add("Cast", is_above, to=1)


def swish(step: Step) -> None:
    """The product x * sigmoid(beta * x)."""
    beta = step.number("beta", step.parameter.swish_param.beta)
    scaled = step.add("Mul", step.x, beta, part="scaled")
    gate = step.add("Sigmoid", scaled, part="gate")
    step.add("Mul", step.x, gate)


def concat(step: Step) -> None:
    """Bottoms side by side."""
    param = step.parameter.concat_param
    axis = param.concat_dim if param.HasField("concat_dim") else param.axis
    step.add("Concat", *step.bottoms, axis=step.axis(axis))


def slice_(step: Step) -> None:
    """Parts along an axis."""
    param = step.parameter.slice_param
    axis = step.axis(param.slice_dim if param.HasField("slice_dim") else param.axis)
    sizes = [step.graph.shapes[top][axis] for top in step.tops]
    step.graph.node(
        "Split", [step.x, step.constant("sizes", sizes, np.int64)], step.tops, axis=axis
    )


def eltwise(step: Step) -> None:
    """The sum, product or maximum of bottoms."""
    param = step.parameter.eltwise_param
    if param.operation == param.MAX:
        step.add("Max", *step.bottoms)
    elif param.operation == param.PROD:
        _pairwise(step, "Mul", step.bottoms)
    else:
        _pairwise(step, "Add", _weighed(step, list(param.coeff)))


def _weighed(step: Step, coefficients: Sequence[float]) -> list[str]:
    return [
        bottom
        if factor == 1
        else step.add("Mul", bottom, step.number(f"coeff{place}", factor), part=f"term{place}")
        for place, (factor, bottom) in enumerate(
            zip(coefficients or [1.0] * len(step.bottoms), step.bottoms, strict=True)
        )
    ]


def _pairwise(step: Step, kind: str, terms: Sequence[str]) -> None:
    *first, last = terms
    places = iter(range(len(first)))
    left = reduce(lambda a, b: step.add(kind, a, b, part=f"with{next(places)}"), first)
    step.add(kind, left, last)


def softmax(step: Step) -> None:
    """Scores as probabilities."""
    step.add("Softmax", step.x, axis=step.axis(step.parameter.softmax_param.axis))


def reshape(step: Step) -> None:
    """The same values in another shape; the batch stays open."""
    before, after = step.shape, step.top_shape
    if len(after) == 2 and after[0] == before[0]:
        step.add("Flatten", step.x, axis=1)
        return
    sizes = (0 if before[0] == after[0] else -1, *after[1:])
    step.add("Reshape", step.x, step.constant("shape", sizes, np.int64))


def crop(step: Step) -> None:
    """The part of the first bottom that has the second's size."""
    param, like = step.parameter.crop_param, step.graph.shapes[step.bottoms[1]]
    axes = range(step.axis(param.axis), len(like))
    given = list(param.offset)
    starts = given if len(given) == len(axes) else (given or [0]) * len(axes)
    ends = [start + like[axis] for start, axis in zip(starts, axes, strict=True)]
    parts: dict[str, Any] = {"starts": starts, "ends": ends, "axes": axes}
    names = [step.constant(part, list(values), np.int64) for part, values in parts.items()]
    step.add("Slice", step.x, *names)


def tile(step: Step) -> None:
    """Copies along an axis."""
    param = step.parameter.tile_param
    counts = [
        param.tiles if axis == step.axis(param.axis) else 1 for axis in range(len(step.shape))
    ]
    step.add("Tile", step.x, step.constant("counts", counts, np.int64))


def embed(step: Step) -> None:
    """Rows of a matrix by their numbers."""
    numbers = step.add("Cast", step.x, part="numbers", to=7)
    table, *biases = step.weights()
    if not biases:
        step.add("Gather", table, numbers)
        return
    step.add("Add", step.add("Gather", table, numbers, part="rows"), *biases)


BY_TYPE: dict[str, Callable[[Step], None]] = {
    "AbsVal": plain("Abs"),
    "BNLL": plain("Softplus"),
    "BatchNorm": batch_norm,
    "Bias": bias,
    "Clip": clip,
    "Concat": concat,
    "Convolution": convolution,
    "Crop": crop,
    "Deconvolution": deconvolution,
    "ELU": elu,
    "Eltwise": eltwise,
    "Embed": embed,
    "Exp": exponential,
    "Flatten": reshape,
    "InnerProduct": inner_product,
    "LRN": lrn,
    "Log": logarithm,
    "PReLU": prelu,
    "Pooling": pooling,
    "Power": power,
    "ReLU": relu,
    "Reshape": reshape,
    "Scale": scale,
    "Sigmoid": plain("Sigmoid"),
    "Slice": slice_,
    "Softmax": softmax,
    "Swish": swish,
    "TanH": plain("Tanh"),
    "Threshold": threshold,
    "Tile": tile,
}


def unsupported(layer: Any) -> str | None:
    """Say what a layer asks for that has no form here, or None."""
    parameter, kind = layer.parameter, layer.type
    reasons = {
        "InnerProduct": parameter.inner_product_param.axis != 1 and "another axis than 1",
        "Convolution": parameter.convolution_param.axis != 1 and "another axis than 1",
        "Deconvolution": parameter.convolution_param.axis != 1 and "another axis than 1",
        "Pooling": _pooling_reason(parameter),
        "BatchNorm": _batch_reason(parameter.batch_norm_param),
    }
    known = kind in BY_TYPE
    return (reasons.get(kind) or None) if known else f"the type {kind}"


def _pooling_reason(parameter: Any) -> str | None:
    param = parameter.pooling_param
    if param.pool == param.STOCHASTIC:
        return "pool: STOCHASTIC"
    return "a second top, the mask" if len(parameter.top) > 1 else None


def _batch_reason(param: Any) -> str | None:
    by_batch = param.HasField("use_global_stats") and not param.use_global_stats
    return "use_global_stats: false" if by_batch else None
