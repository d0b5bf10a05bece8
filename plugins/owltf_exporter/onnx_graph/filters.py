"""Filters: convolutions, inner products, and what they multiply with."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from owltf_exporter.onnx_graph.graph import Step


def convolution(step: Step) -> None:
    """Filters; those of Caffe lie as those of ONNX do."""
    _filters(step, "Conv")


def deconvolution(step: Step) -> None:
    """The way back of a convolution."""
    _filters(step, "ConvTranspose")


def _filters(step: Step, kind: str) -> None:
    weights, options = list(step.weights()), _window(step)
    options["group"] = step.config["groups"]
    for index, (bottom, top) in enumerate(zip(step.bottoms, step.tops, strict=True)):
        _over_images(step, kind, bottom, weights, index, top, options)


def _over_images(
    step: Step,
    kind: str,
    bottom: str,
    weights: Sequence[str],
    index: int,
    top: str,
    options: dict[str, Any],
) -> None:
    """Add an operation over images, where the axes before the channels are the batch."""
    axis = step.axis(step.parameter.convolution_param.axis)
    if axis == 1:
        step.add(kind, bottom, *weights, top=top, **options)
        return
    shapes = step.graph.shapes
    images = step.reshape(bottom, (-1, *shapes[bottom][axis:]), part=f"images{index}")
    made = step.add(kind, images, *weights, part=f"filtered{index}", **options)
    step.reshape(made, (-1, *shapes[top][1:]), top=top)


def _window(step: Step) -> dict[str, Any]:
    config = step.config
    return {
        "kernel_shape": config["kernel_size"],
        "strides": config["strides"],
        "dilations": config["dilation_rate"],
        "pads": [*config["pad"], *config["pad"]],
    }


def im2col(step: Step) -> None:
    """The values under each place of a window: a filter for each cell, which is 1 there."""
    options = _window(step)
    kernel = options["kernel_shape"]
    cells = prod(kernel)
    channels = step.shape[step.axis(step.parameter.convolution_param.axis)]
    filters = np.tile(
        np.eye(cells).reshape(cells, 1, *kernel), (channels, *[1] * (len(kernel) + 1))
    )
    options["group"] = channels
    _over_images(step, "Conv", step.x, [step.constant("cells", filters)], 0, step.top, options)


def inner_product(step: Step) -> None:
    """A matrix over whatever lies from an axis on."""
    param = step.parameter.inner_product_param
    axis, turned = step.axis(param.axis), int(not param.transpose)
    rows = _rows(step, axis)
    if axis == 1:
        step.add("Gemm", rows, *step.weights(), transB=turned)
        return
    products = step.add("Gemm", rows, *step.weights(), part="products", transB=turned)
    step.reshape(products, (-1, *step.top_shape[1:]))


def _rows(step: Step, axis: int) -> str:
    if len(step.shape) == 2 and axis == 1:
        return step.x
    if axis == 1:
        return step.add("Flatten", step.x, part="flat", axis=1)
    return step.reshape(step.x, (-1, prod(step.shape[axis:])), part="rows")
