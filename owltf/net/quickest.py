"""Chooses between a function and the same compiled by XLA, by trying both on what it is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Run = Callable[[Sequence[Any]], Sequence[Any]]

# XLA compiles for a second or more, and a larger net takes longer in its code than in oneDNN's.
_CALLS_BEFORE = 16
_SMALL_S = 4e-3
_ROUNDS = 5
_GAIN = 0.9
_TOLERANCE = 1e-5

# Operations with state that only read it.
_READS = {"Placeholder", "ReadVariableOp", "VarHandleOp"}


class Quickest:
    """A function of tensors, in its own form or compiled by XLA, whichever is found to be quicker.

    The first calls run it as it is. If they are short, both forms take turns once on the same
    tensors. XLA's stays if it is quicker by a tenth and gives the same figures to 1e-5.

    Args:
        plain: the function; it changes nothing and depends on nothing but what it is given.
        compile_by_xla: returns the same compiled by XLA.
    """

    def __init__(self, plain: Run, compile_by_xla: Callable[[], Run]) -> None:
        self._plain, self._compile = plain, compile_by_xla
        self._chosen: Run | None = None
        self._times: list[float] = []

    def __call__(self, tensors: Sequence[Any]) -> Sequence[Any]:
        """Return what the function makes of tensors."""
        if self._chosen is not None:
            return self._chosen(tensors)
        found, seconds = _timed(self._plain, tensors)
        self._times.append(seconds)
        if len(self._times) >= _CALLS_BEFORE:
            is_small = min(self._times) < _SMALL_S
            self._chosen = self._quicker(tensors, found) if is_small else self._plain
        return found

    def _quicker(self, tensors: Sequence[Any], found: Sequence[Any]) -> Run:
        try:
            other = self._compile()
            if not all(map(_are_close, other(tensors), found)):
                return self._plain
        # XLA lacks some operations, and says so by errors of many types.
        except Exception:
            return self._plain
        rounds = [[_timed(run, tensors)[1] for run in (self._plain, other)] for _ in range(_ROUNDS)]
        plain, compiled = (min(times) for times in zip(*rounds, strict=True))
        return other if compiled < _GAIN * plain else self._plain


def is_pure(concrete: Any) -> bool:
    """Return whether a concrete function draws, writes, checks and remembers nothing.

    Args:
        concrete: a `tf.ConcreteFunction`.
    """
    operations = concrete.graph.get_operations()
    return all(each.type in _READS or not each.op_def.is_stateful for each in operations)


def _timed(run: Run, tensors: Sequence[Any]) -> tuple[Sequence[Any], float]:
    start = time.perf_counter()
    found = run(tensors)
    return found, time.perf_counter() - start


def _are_close(one: Any, other: Any) -> bool:
    left, right = one.numpy(), other.numpy()
    size = max(1.0, float(np.max(np.abs(right), initial=0)))
    return bool(np.allclose(left, right, rtol=0, atol=_TOLERANCE * size, equal_nan=True))
