"""Counts the multiply-adds of layers whose weights are applied at each place of a blob."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

Shape = Sequence[int]
# What Caffe calls axes 2 and on; a deconvolution's weights are applied at each place below it.
_PLACES = 2


def multiply_adds(kind: str, weights: Sequence[Shape], bottom: Shape, top: Shape) -> int:
    """Return the multiply-adds of a layer's weights; 0 for types where they are not worth counting.

    Args:
        kind: the layer's type.
        weights: the shapes of its parameter blobs.
        bottom: the shape of its first bottom, the batch included.
        top: that of its first top.
    """
    if not weights:
        return 0
    if kind == "InnerProduct":
        # Each value of the bottom meets each output once.
        return prod(bottom) * top[-1]
    # Forks have convolutions of other names, such as DepthwiseConvolution.
    if "onvolution" not in kind and "Conv" not in kind:
        return 0
    at = bottom if kind == "Deconvolution" else top
    return prod(weights[0]) * at[0] * prod(at[_PLACES:])
