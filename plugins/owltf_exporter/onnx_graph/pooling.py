"""Pooling: Caffe's windows in ONNX's terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from owltf_exporter.onnx_graph.graph import Step


def pooling(step: Step) -> None:
    """The greatest value or the mean of each window."""
    param = step.parameter.pooling_param
    is_max = param.pool == param.MAX
    if param.global_pooling:
        step.add("GlobalMaxPool" if is_max else "GlobalAveragePool", step.x)
        return
    config = step.config
    beyond = _beyond(step, config)
    options = {
        "kernel_shape": config["kernel"],
        "strides": config["stride"],
        "pads": [
            *config["pad"],
            *(max(p + b, 0) for p, b in zip(config["pad"], beyond, strict=True)),
        ],
    }
    if is_max:
        step.add("MaxPool", step.x, **options)
    else:
        _mean(step, config, options)


def _beyond(step: Step, config: dict[str, Any]) -> list[int]:
    """Return the rows and columns beyond the padded image that the last windows reach."""
    sides = zip(
        step.shape[2:],
        step.top_shape[2:],
        config["kernel"],
        config["stride"],
        config["pad"],
        strict=True,
    )
    return [(out - 1) * step_ + size - side - 2 * pad for side, out, size, step_, pad in sides]


def _mean(step: Step, config: dict[str, Any], options: dict[str, Any]) -> None:
    factor = np.prod(config["kernel"]) / np.outer(*_cells(step, config))
    if np.all(factor == 1):
        step.add("AveragePool", step.x, count_include_pad=1, **options)
        return
    # Caffe divides by the window clipped to the padded image, ONNX by the whole window.
    means = step.add("AveragePool", step.x, part="means", count_include_pad=1, **options)
    step.add("Mul", means, step.constant("factor", factor[np.newaxis, np.newaxis]))


def _cells(step: Step, config: dict[str, Any]) -> list[np.ndarray]:
    """Return how much of each window along each side lies in the padded image."""
    sides = zip(
        step.shape[2:],
        step.top_shape[2:],
        config["kernel"],
        config["stride"],
        config["pad"],
        strict=True,
    )
    starts = [
        (np.arange(out) * stride, size, side + 2 * pad) for side, out, size, stride, pad in sides
    ]
    return [np.minimum(start + size, end) - start for start, size, end in starts]
