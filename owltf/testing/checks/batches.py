"""Checks that a layer takes batches of another size than the prototxt's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.runtime.user_errors import user_errors
from owltf.testing.case import LayerCase, one_line
from owltf.testing.compare import assert_close
from owltf.testing.layer_run import run_built
from owltf.testing.nets import LAYER

_RULE = "a net must take a batch of any size"


@user_errors()
def check_batches(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TEST",
) -> None:
    """Check that a layer takes a batch made of the same rows twice, and returns its rows twice.

    A top that does not grow with the batch, such as a loss, need only be computed.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order, a row for each sample.
        params: the layer's parameter blobs; filled by their fillers if absent.
        phase: "TRAIN" or "TEST".

    Raises:
        AssertionError: if a top has other rows.
    """
    compare_batches(LayerCase.of(net, bottoms, params, phase=phase))


def compare_batches(case: LayerCase) -> None:
    """Compare the tops of a case with its tops for the same rows twice."""
    if not case.bottoms:
        return
    names, rows = case.names, len(case.bottoms[0])
    once = case.run().tops
    twice = _run_twice(case, f"{_RULE}; {names} built for {rows} rows, run on {2 * rows}")
    for index, (expected, got) in enumerate(zip(once, twice, strict=True)):
        name = f"{_RULE}; {names('top', index)} on the same {rows} rows twice"
        if got.shape != expected.shape:
            assert_close(got, np.concatenate([expected, expected]), name)
        elif case.built.layer_tops[LAYER][index].shape[:1] == (rows,):
            raise AssertionError(f"{name}: still has shape {got.shape}")


def _run_twice(case: LayerCase, rule: str) -> list[np.ndarray]:
    bottoms = [np.concatenate([bottom, bottom]) for bottom in case.bottoms]
    try:
        return run_built(case.built, bottoms, None, draws=case.draws).tops
    except Exception as error:
        raise AssertionError(f"{rule}: {one_line(error)}") from error
