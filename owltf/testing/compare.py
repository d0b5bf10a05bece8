"""Compares the arrays that a layer computes with expected ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.runtime.user_errors import user_errors
from owltf.testing.case import BlobNames, LayerCase
from owltf.testing.layer_run import LayerRun, run_built

# The differences allowed between float32 sums taken in different orders: relative to each value,
# and relative to the array's largest value.
RTOL = 1e-4
ATOL = 1e-5


@user_errors()
def check_layer(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phase: str = "TRAIN",
    tops: Sequence[Any] | None = None,
    bottom_grads: Sequence[Any] | None = None,
    param_grads: Sequence[Any] | None = None,
    params_after: Sequence[Any] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> LayerRun:
    """Run a layer as `run_layer` does, and compare its tops and gradients with expected arrays.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        top_grads: a gradient for each top; None for a loss.
        phase: "TRAIN" or "TEST".
        tops: the expected tops; None compares none of them, and None in place of one leaves it out.
        bottom_grads: the expected gradients of the bottoms, likewise.
        param_grads: the expected gradients of the parameters, likewise.
        params_after: the expected parameters after the pass, likewise.
        rtol: the difference allowed, as a share of each expected value.
        atol: the difference allowed in addition, as a share of the array's largest value.

    Raises:
        AssertionError: if an array differs; the message names the place and both values.
    """
    case = LayerCase.of(net, bottoms, params, top_grads, phase=phase)
    run, names = run_built(case.built, case.bottoms, case.top_grads), case.names
    figures: tuple[tuple[str, str, Sequence[Any], Sequence[Any] | None], ...] = (
        ("top", "", run.tops, tops),
        ("bottom", "gradient of ", run.bottom_grads, bottom_grads),
        ("param", "gradient of ", run.param_grads, param_grads),
        ("param", "after the pass, ", run.params_after, params_after),
    )
    for what, of_it, got, wanted in figures:
        for index, array in _compared(names, what, len(got), wanted):
            assert_close(got[index], array, of_it + names(what, index), rtol=rtol, atol=atol)
    return run


def _compared(
    names: BlobNames, what: str, count: int, wanted: Sequence[Any] | None
) -> Iterator[tuple[int, Any]]:
    if wanted is None:
        return
    if len(wanted) != count:
        raise AssertionError(f"{names} has {count} {what}s, but {len(wanted)} are expected")
    yield from ((index, array) for index, array in enumerate(wanted) if array is not None)


def assert_close(
    got: Any, expected: Any, what: str = "array", *, rtol: float = RTOL, atol: float = ATOL
) -> None:
    """Assert that arrays agree up to the rounding of float32.

    Args:
        got: the array; None, for one that is missing, is refused.
        expected: the expected array.
        what: the array's name in the message.
        rtol: the difference allowed, as a share of each expected value.
        atol: the difference allowed in addition, as a share of the largest expected value.
    """
    if got is None:
        raise AssertionError(f"{what}: there is none; expected shape {np.shape(expected)}")
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        raise AssertionError(f"{what}: got shape {got.shape}, expected {expected.shape}")
    largest = np.max(np.abs(expected[np.isfinite(expected)]), initial=0)
    near = np.isclose(got, expected, rtol, atol * largest + 1e-9, equal_nan=True)
    if not near.all():
        raise AssertionError(f"{what}: {difference(got, expected, ~near)}")


def assert_equal(got: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Assert that arrays are the same bit by bit."""
    if got.shape != expected.shape:
        raise AssertionError(f"{what}: got shape {got.shape}, expected {expected.shape}")
    differs = _bits(got) != _bits(expected)
    if differs.any():
        raise AssertionError(f"{what}: {difference(got, expected, differs)}")


def _bits(array: np.ndarray) -> np.ndarray:
    return np.array(array, np.float32, order="C").view(np.uint32)


def difference(got: np.ndarray, expected: np.ndarray, differs: np.ndarray) -> str:
    """Return where arrays differ most: the place, both values, and how many values differ."""
    distance = np.abs(got.astype(np.float64) - expected)
    # A NaN on one side alone counts as the largest difference.
    distance = np.where(differs, np.nan_to_num(distance, nan=np.inf), -1)
    place = np.unravel_index(int(np.argmax(distance)), distance.shape)
    where = f"at {tuple(map(int, place))}: " if place else ""
    count = f"; {int(differs.sum())} of {differs.size} values differ" if differs.size > 1 else ""
    return f"{where}{_both(float(got[place]), float(expected[place]))}{count}"


def _both(got: float, expected: float) -> str:
    """Return two values with enough digits to tell them apart."""
    digits = 7 if f"{got:.7g}" != f"{expected:.7g}" else 9
    return f"got {got:.{digits}g}, expected {expected:.{digits}g}"
