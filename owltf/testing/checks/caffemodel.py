"""Checks that a layer's parameters and fields survive a caffemodel."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.read_weights import read_weights
from owltf.net.net import Net
from owltf.net.saved_parameter import saved_parameter
from owltf.net.weights import load_weights, save_weights
from owltf.testing.case import BlobNames, LayerCase
from owltf.testing.compare import assert_equal
from owltf.testing.nets import LAYER

_RULE = "a layer must come out of a caffemodel as it went in"


def check_caffemodel(
    net: str | Path,
    bottoms: Sequence[Any] = (),
    *,
    params: Sequence[Any] = (),
    phase: str = "TRAIN",
) -> None:
    """Check that parameters and fields are the same after a caffemodel was written and read.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: accepted as by the other checks, but not used.
        params: the layer's parameter blobs; filled by their fillers if absent.
        phase: "TRAIN" or "TEST".

    Raises:
        AssertionError: if a parameter's bits or the layer's fields differ.
    """
    compare_caffemodel(LayerCase.of(net, bottoms, params, phase=phase))


def compare_caffemodel(case: LayerCase) -> None:
    """Write a case to a caffemodel, read it again and compare."""
    net = case.built
    names, expected = case.names, net.get_params().get(LAYER, [])
    for index, (given, held) in enumerate(zip(case.params, expected, strict=False)):
        assert_equal(held, given, f"a net must hold the blobs it is given; {names('param', index)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.caffemodel"
        save_weights(net, path)
        _compare_fields(net, path, names)
        again = _load(case, path)
    for index, (blob, got) in enumerate(zip(expected, again, strict=True)):
        assert_equal(got, blob, f"{_RULE}; {names('param', index)}")


def _load(case: LayerCase, path: Path) -> list[np.ndarray]:
    net = replace(case, params=[]).build()
    load_weights(net, read_weights(path, net.context.registry.schema), path)
    return net.get_params().get(LAYER, [])


def _compare_fields(net: Net, path: Path, names: BlobNames) -> None:
    """Compare the layer's `LayerParameter` without blobs with that in the file."""
    written = saved_parameter(net)
    got, expected = (
        next(layer for layer in parameter.layer if layer.name == LAYER)
        for parameter in (type(written).FromString(path.read_bytes()), written)
    )
    got.ClearField("blobs")
    expected.ClearField("blobs")
    if got != expected:
        raise AssertionError(
            f"{_RULE}; fields of {names}: got {_line(got)}, expected {_line(expected)}"
        )


def _line(message: Any) -> str:
    return "{ " + " ".join(str(message).split()) + " }"
