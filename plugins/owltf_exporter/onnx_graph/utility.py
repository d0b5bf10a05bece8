"""Utility: blobs joined, cut, put into other shapes and picked from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from onnx import TensorProto

from owltf_exporter.onnx_graph.graph import Step

_FLOAT, _INT64, _BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
# Beyond the end of every axis.
_ALL = 2**31 - 1


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
    if len(step.tops) == 1:
        step.add("Identity", step.x)
    elif axis == 0 and param.slice_point:
        _cut_batch(step, sizes)
    else:
        given = [] if axis == 0 else [step.constant("sizes", sizes, np.int64)]
        step.graph.node("Split", [step.x, *given], step.tops, axis=axis)


def _cut_batch(step: Step, sizes: Sequence[int]) -> None:
    """Cut the batch at its points; the last part is whatever is left of it."""
    ends = [*accumulate(sizes[:-1]), _ALL]
    axes = step.constant("axes", [0], np.int64)
    for index, (start, end, top) in enumerate(zip([0, *ends[:-1]], ends, step.tops, strict=True)):
        first = step.constant(f"start{index}", [start], np.int64)
        last = step.constant(f"end{index}", [end], np.int64)
        step.add("Slice", step.x, first, last, axes, top=top)


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
    step.reshape(step.x, (0 if before[0] == after[0] else -1, *after[1:]) if after else ())


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
    numbers = step.add("Cast", step.x, part="numbers", to=_INT64)
    table, *biases = step.weights()
    if not biases:
        step.add("Gather", table, numbers)
        return
    step.add("Add", step.add("Gather", table, numbers, part="rows"), *biases)


def argmax(step: Step) -> None:
    """The places of the greatest values, or those values, or both where there is no axis."""
    param = step.parameter.argmax_param
    if param.HasField("axis"):
        best = _values if param.out_max_val else _places
        best(step, step.x, step.axis(param.axis), top=step.top)
        return
    x = step.add("Flatten", step.x, part="flat", axis=1)
    rows = [_places(step, x, 1, part="places")]
    rows += [_values(step, x, 1, part="values")] if param.out_max_val else []
    made = rows[0] if len(rows) == 1 else step.add("Concat", *rows, part="both", axis=1)
    step.reshape(made, (-1, *step.top_shape[1:]))


def _places(step: Step, x: str, axis: int, **name: Any) -> str:
    top_k = step.parameter.argmax_param.top_k
    if top_k == 1:
        # Of equal values Caffe names the last.
        options: dict[str, Any] = {"axis": axis, "keepdims": 1, "select_last_index": 1}
        return step.add("Cast", step.add("ArgMax", x, part="first", **options), **name, to=_FLOAT)
    count = prod(step.shape[1:]) if x != step.x else step.shape[axis]
    parts: dict[str, Any] = {"from": [-1], "to": [-_ALL], "along": [axis], "by": [-1]}
    names = [step.constant(part, values, np.int64) for part, values in parts.items()]
    backwards = step.add("Slice", x, *names, part="backwards")
    order = step.add("Cast", _top_k(step, backwards, axis)[1], part="order", to=_FLOAT)
    return step.add("Sub", step.number("last", count - 1), order, **name)


def _values(step: Step, x: str, axis: int, **name: Any) -> str:
    if step.parameter.argmax_param.top_k == 1:
        return step.add("ReduceMax", x, **name, axes=[axis], keepdims=1)
    return step.add("Identity", _top_k(step, x, axis)[0], **name)


def _top_k(step: Step, x: str, axis: int) -> tuple[str, str]:
    """Return the greatest values and their places, the first of equal ones first."""
    values, places = f"{x}:{step.layer.name}:values", f"{x}:{step.layer.name}:places"
    count = step.constant(f"{x}:k", [step.parameter.argmax_param.top_k], np.int64)
    step.graph.node("TopK", [x, count], [values, places], axis=axis)
    return values, places


_REDUCTIONS = {"ASUM": "ReduceL1", "MEAN": "ReduceMean", "SUMSQ": "ReduceSumSquare"}


def reduction(step: Step) -> None:
    """One number for all axes from one on."""
    param, first = step.parameter.reduction_param, step.axis(step.parameter.reduction_param.axis)
    axes, part = list(range(first, len(step.shape))), "" if param.coeff == 1 else "total"
    kind = _REDUCTIONS.get(type(param).ReductionOp.Name(param.operation))
    if kind:
        total = step.add(kind, step.x, part=part, axes=axes, keepdims=0)
    else:
        along = step.constant("axes", axes, np.int64)
        total = step.add("ReduceSum", step.x, along, part=part, keepdims=0)
    if part:
        step.add("Mul", total, step.number("coeff", param.coeff))


def parameter(step: Step) -> None:
    """A blob of weights."""
    step.add("Identity", *step.weights())


def batch_reindex(step: Step) -> None:
    """Rows of the batch by their numbers."""
    numbers = step.add("Cast", step.bottoms[1], part="numbers", to=_INT64)
    step.add("Gather", step.x, numbers, axis=0)


def filter_(step: Step) -> None:
    """The rows of the batch whose selector is not 0."""
    *bottoms, selector = step.bottoms
    flat = step.reshape(selector, (-1,), part="selector")
    chosen = step.add("Cast", flat, part="chosen", to=_BOOL)
    for bottom, top in zip(bottoms, step.tops, strict=True):
        step.add("Compress", bottom, chosen, top=top, axis=0)
