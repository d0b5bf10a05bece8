"""Runs a net over more records than its batch holds, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]


def forward_all(net: Any, blobs: Sequence[str] | None = None, **kwargs: Any) -> dict[str, Any]:
    """Run the net forward on any number of records, the last batch filled up with zeros.

    Args:
        net: the net.
        blobs: blobs to return beside the outputs.
        **kwargs: the values of all inputs by name, any number of records.

    Returns:
        The blobs' values for all records.
    """
    found = _Rows()
    for batch in batches(net, kwargs):
        found.add(net.forward(blobs=blobs, **batch))
    return found.arrays(_count(kwargs))


def forward_backward_all(
    net: Any, blobs: Sequence[str] | None = None, diffs: Sequence[str] | None = None, **kwargs: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the net forward and backward on any number of records.

    Args:
        net: the net.
        blobs: blobs to return beside the outputs.
        diffs: blobs whose gradients to return beside the inputs'.
        **kwargs: the values of inputs, and the gradients of outputs, by name.

    Returns:
        The blobs' values and the gradients for all records.
    """
    values, grads = _Rows(), _Rows()
    fed = batches(net, {name: kwargs[name] for name in net.inputs if name in kwargs})
    seeds = batches(net, {name: kwargs[name] for name in net.outputs if name in kwargs})
    nothing: dict[str, np.ndarray] = {}
    for batch, seed in zip_longest(fed, seeds, fillvalue=nothing):
        values.add(net.forward(blobs=blobs, **batch))
        grads.add(net.backward(diffs=diffs, **seed))
    return values.arrays(_count(kwargs)), grads.arrays(_count(kwargs))


def batches(net: Any, arrays: Arrays) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches of the net's size; the last is filled up with zeros.

    Args:
        net: the net.
        arrays: equally many records for each name.
    """
    if not arrays:
        return
    size = next(iter(net.blobs.values())).num
    for first in range(0, _count(arrays), size):
        yield {
            name: _filled(np.asarray(each[first : first + size]), size)
            for name, each in arrays.items()
        }


def _filled(rows: np.ndarray, size: int) -> np.ndarray:
    missing = np.zeros((size - len(rows), *rows.shape[1:]), rows.dtype)
    return np.concatenate([rows, missing]) if len(missing) else rows


def _count(arrays: Arrays) -> int:
    return len(next(iter(arrays.values())))


class _Rows:
    """The rows of blobs, batch after batch."""

    def __init__(self) -> None:
        self._parts: dict[str, list[np.ndarray]] = {}

    def add(self, arrays: Arrays) -> None:
        for name, array in arrays.items():
            # A blob without axes, as a loss, counts as one row.
            self._parts.setdefault(name, []).append(np.array(np.atleast_1d(array)))

    def arrays(self, count: int) -> dict[str, np.ndarray]:
        return {name: np.concatenate(parts)[:count] for name, parts in self._parts.items()}
