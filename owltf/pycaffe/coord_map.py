"""Which pixel of one top shows the same place as a pixel of another, and Crop layers from that.

A map is (axis, a, b): pixel x of the one lies at a * x + b of the other, along each axis from
`axis` on; `axis` is None where only layers are between that keep all pixels in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from owltf.pycaffe.net_spec import Function, Top, layers

_KEEP_PLACES = """
    AbsVal BatchNorm Bias BNLL Dropout Eltwise ELU Log LRN Exp MVN Power ReLU PReLU Scale Sigmoid
    Split TanH Threshold
"""
PASS_THROUGH_LAYERS = tuple(_KEEP_PLACES.split())
_WINDOWS = ("Convolution", "Pooling", "Im2col")
_LEGACY = {f"{name}_{side}" for name in ("pad", "kernel", "stride") for side in "hw"}


class UndefinedMapException(Exception):  # noqa: N818
    """A layer moves pixels in a way that is no map."""


class AxisMismatchException(Exception):  # noqa: N818
    """Two layers move pixels along different axes."""


class Map(NamedTuple):
    """A map from pixels to pixels."""

    axis: int | None
    a: Any
    b: Any


SAME = Map(None, 1, 0)


def conv_params(fn: Function) -> tuple[int, Any, Any, Any]:
    """Return the axis, stride, extent of the kernel and pad of a layer with windows."""
    given = fn.params.get("convolution_param", fn.params)
    found = _LEGACY & set(given)
    if found:
        raise AssertionError(f"cropping does not support legacy _h/_w params: {sorted(found)}")

    def sizes(name: str, default: int) -> Any:
        return np.array(given.get(name, default), ndmin=1)

    kernel = np.array(given["kernel_size"], ndmin=1)
    extent = (kernel - 1) * sizes("dilation", 1) + 1
    return given.get("axis", 1), sizes("stride", 1), extent, sizes("pad", 0)


def crop_params(fn: Function) -> tuple[int, Any]:
    """Return the axis and the offsets of a Crop layer."""
    given = fn.params.get("crop_param", fn.params)
    return given.get("axis", 2), np.array(given.get("offset", 0), ndmin=1)


def coord_map(fn: Function) -> Map:
    """Return the map from a layer's bottom to its top.

    Raises:
        UndefinedMapException: if it has none.
    """
    if fn.type_name in _WINDOWS:
        axis, stride, extent, pad = conv_params(fn)
        return Map(axis, 1 / stride, (pad - (extent - 1) / 2) / stride)
    if fn.type_name == "Deconvolution":
        axis, stride, extent, pad = conv_params(fn)
        return Map(axis, stride, (extent - 1) / 2 - pad)
    if fn.type_name in PASS_THROUGH_LAYERS:
        return SAME
    if fn.type_name == "Crop":
        axis, offset = crop_params(fn)
        # A crop's axis is the first that is cut, a convolution's the one before it.
        return Map(axis - 1, 1, -offset)
    raise UndefinedMapException(f"{fn.type_name} moves pixels in a way that is no map")


def compose(base_map: Map, next_map: Map) -> Map:
    """Return the map that goes by one map and then by another.

    Raises:
        AxisMismatchException: if they are of different axes.
    """
    (axis1, a1, b1), (axis2, a2, b2) = base_map, next_map
    if axis1 is not None and axis2 is not None and axis1 != axis2:
        raise AxisMismatchException(f"maps of axis {axis1} and of axis {axis2} do not join")
    return Map(axis2 if axis1 is None else axis1, a1 * a2, a1 * b2 + b1)


def inverse(coord: Map) -> Map:
    """Return the map that goes the other way."""
    axis, a, b = coord
    return Map(axis, 1 / a, -b / a)


def coord_map_from_to(top_from: Top, top_to: Top) -> Map:
    """Return the map from one top to another, which are made of some common top.

    Raises:
        RuntimeError: if no layers with maps connect them.
    """
    of_from = dict(_maps_to(top_from))
    for top, back in _maps_to(top_to):
        if top in of_from:
            return compose(back, inverse(of_from[top]))
    raise RuntimeError("Could not compute map between tops; are they connected by spatial layers?")


def _maps_to(top: Top) -> Iterator[tuple[Top, Map]]:
    """Yield each top that another one is made of, the near ones first, with the map to it."""
    found, left = {top: SAME}, [top]
    while left:
        here = left.pop(0)
        yield here, found[here]
        for bottom in _spatial_bottoms(here.fn):
            if bottom not in found:
                try:
                    found[bottom] = compose(found[here], coord_map(here.fn))
                except UndefinedMapException:
                    break
                left.append(bottom)


def _spatial_bottoms(fn: Function) -> tuple[Top, ...]:
    # A crop's second bottom is there for its size alone.
    return fn.inputs[:1] if fn.type_name == "Crop" else fn.inputs


def crop(top_from: Top, top_to: Top) -> Any:
    """Return a Crop layer that cuts one top so that it covers another.

    Raises:
        AssertionError: if the two have different scales, or whole pixels do not do it.
    """
    axis, a, b = coord_map_from_to(top_from, top_to)
    if not np.all(a == 1):
        raise AssertionError(f"scale mismatch on crop (a = {a})")
    if not np.all(b <= 0):
        raise AssertionError(f"cannot crop negative offset (b = {b})")
    if not np.all(np.round(b) == b):
        raise AssertionError(f"cannot crop noninteger offset (b = {b})")
    first = 2 if axis is None else axis + 1
    offsets = [int(each) for each in -np.round(np.atleast_1d(b))]
    return layers.Crop(top_from, top_to, crop_param={"axis": first, "offset": offsets})
