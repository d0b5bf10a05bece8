"""Writes layers with a ConvolutionParameter into an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from owltf.convert.onnx_node import OnnxNode


def add_filters(node: OnnxNode, kind: str) -> None:
    """Add a Conv or ConvTranspose for each bottom, with the layer's filters and bias."""
    weights, options = node.weights(), window(node)
    options["group"] = node.config["groups"]
    for bottom, top in zip(node.bottoms, node.tops, strict=True):
        add_over_images(node, kind, bottom, weights, top, options)


def window(node: OnnxNode) -> dict[str, Any]:
    """Return a layer's window as ONNX's attributes."""
    config = node.config
    return {
        "kernel_shape": config["kernel_size"],
        "strides": config["strides"],
        "dilations": config["dilation_rate"],
        "pads": [*config["pad"], *config["pad"]],
    }


def add_over_images(
    node: OnnxNode,
    kind: str,
    bottom: str,
    weights: Sequence[str],
    top: str,
    options: dict[str, Any],
) -> None:
    """Add an operation on images, for any axis of the channels; all axes before it count images.

    Args:
        node: the layer.
        kind: the operation's name in ONNX.
        bottom: the name of the images.
        weights: the names of its other inputs.
        top: the name of the result.
        options: its attributes.
    """
    axis = node.axis(node.parameter.convolution_param.axis)
    if axis == 1:
        node.add(kind, bottom, *weights, top=top, **options)
        return
    images = node.reshape(bottom, (-1, *node.shape_of(bottom)[axis:]), top=f"{top}:images")
    filtered = node.add(kind, images, *weights, top=f"{top}:filtered", **options)
    node.reshape(filtered, (-1, *node.shape_of(top)[1:]), top=top)
