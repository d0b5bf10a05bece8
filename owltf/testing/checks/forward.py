"""Checks the rules of a forward pass: declared shapes, finite values, the same bits each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.runtime.user_errors import user_errors
from owltf.testing.case import BlobNames, LayerCase
from owltf.testing.compare import assert_close, assert_equal
from owltf.testing.layer_run import LayerRun
from owltf.testing.nets import LAYER


@user_errors()
def check_forward(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TRAIN",
    draws: bool = False,
) -> None:
    """Check that tops have the shapes that the net declares, are finite, and are repeatable.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        phase: "TRAIN" or "TEST".
        draws: whether the layer draws random numbers by `current_step().uniform`.

    Raises:
        AssertionError: if a top breaks one of these rules.
    """
    compare_forward(LayerCase.of(net, bottoms, params, phase=phase, draws=draws))


def compare_forward(case: LayerCase) -> None:
    """Check the forward pass of a case."""
    names, run = case.names, case.run()
    for index, (blob, top) in enumerate(zip(case.built.layer_tops[LAYER], run.tops, strict=True)):
        _check_shape(names("top", index), blob.shape, top.shape, case.phase)
        if not np.isfinite(top).all():
            raise AssertionError(
                f"tops must be finite; {names('top', index)} in {case.phase}: {_count(top)} are not"
            )
    _check_same(case, run, names)
    if not case.draws:
        _check_traced(case, run, names)


def _check_shape(name: str, declared: tuple[int, ...], got: tuple[int, ...], phase: str) -> None:
    if declared != got:
        raise AssertionError(
            f"a top must have the shape that the net declares; {name} in {phase}: "
            f"got {got}, declared {declared}"
        )


def _count(top: np.ndarray) -> str:
    return f"{int((~np.isfinite(top)).sum())} of {top.size} values"


def _check_same(case: LayerCase, run: LayerRun, names: BlobNames) -> None:
    rule = "the same pass in a new net must give the same bits"
    rule += "" if case.draws else " (give draws=True if the layer draws random numbers)"
    again = case.run()
    for what, first, second in (
        ("top", run.tops, again.tops),
        ("param", run.params_after, again.params_after),
    ):
        for index, (expected, got) in enumerate(zip(first, second, strict=True)):
            assert_equal(got, expected, f"{rule}; {names(what, index)} in {case.phase}")


def _check_traced(case: LayerCase, run: LayerRun, names: BlobNames) -> None:
    """Compare the tops with those of `Net.forward`, which runs as a compiled graph."""
    net = case.built
    blobs = net.forward(case.feeds(net))
    for index, blob in enumerate(net.layer_tops[LAYER]):
        if blob.name in blobs:
            rule = "Net.forward, which TensorFlow compiles, must give what the plain model gives"
            assert_close(blobs[blob.name], run.tops[index], f"{rule}; {names('top', index)}")
