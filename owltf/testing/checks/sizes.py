"""Checks that a layer takes images of another size than the prototxt's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.open_images import FixedSizeError
from owltf.runtime.user_errors import user_errors
from owltf.testing.case import LayerCase
from owltf.testing.compare import assert_close
from owltf.testing.nets import LAYER, net_of_shapes

_RULE = "images of another size must give what a net built for them gives"
# Added to height and width, which then leave another remainder for strides and windows.
_EXTRA_PIXELS = 3


@user_errors()
def check_sizes(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TEST",
) -> None:
    """Check that a layer takes larger images, if its Keras layer has `any_size = True`.

    Bottoms without height and width keep their shapes.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        phase: "TRAIN" or "TEST".

    Raises:
        AssertionError: if a top differs from that of a net built for the larger images.
        OwltfError: if the layer cannot be built for them.
    """
    compare_sizes(LayerCase.of(net, bottoms, params, phase=phase))


def compare_sizes(case: LayerCase) -> None:
    """Compare a case's outputs for larger images with those of a net built for them."""
    names = case.names
    feeds = {name: _larger(array) for name, array in case.feeds(case.built).items()}
    got = _forward(case.built, feeds) if any(each.ndim > 2 for each in case.bottoms) else None
    if got is None:
        return
    shapes = {name: array.shape for name, array in feeds.items()}
    other = net_of_shapes(case.net, case.phase, shapes)
    if case.params:
        other.set_params({LAYER: case.params})
    expected = other.forward(feeds)
    for index, blob in enumerate(other.layer_tops[LAYER]):
        if blob.name in expected:
            assert_close(got[blob.name], expected[blob.name], f"{_RULE}; {names('top', index)}")


def _larger(array: np.ndarray) -> np.ndarray:
    widths = [(0, _EXTRA_PIXELS if axis > 1 else 0) for axis in range(array.ndim)]
    return np.pad(array, widths, "wrap")


def _forward(net: Net, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    """Return the outputs, None if the layer takes images of one size only."""
    try:
        return net.forward(feeds)
    except OwltfError as error:
        if isinstance(error.__cause__, FixedSizeError):
            return None
        raise
