"""Chooses between forms of one function, by trying all on what it is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = Sequence[np.ndarray]
Run = Callable[[Arrays], Sequence[np.ndarray]]

_CALLS_BEFORE = 16
# A trial may take so long in any case, and else so many times as long as the calls before it: who
# calls a net a few times does not wait for what pays after thousands.
_FREE_S = 1.0
_PATIENCE = 4
_GAIN = 0.9
_TOLERANCE = 1e-5
# A net whose weights change again and again stays as it is.
_TRIALS = 3

# Operations with state that only read it.
_READS = {"Placeholder", "ReadVariableOp", "VarHandleOp"}


@dataclass(frozen=True)
class Form:
    """Another form of a function.

    Attributes:
        make: returns what computes it; any error says that it cannot be had.
        holds_weights: whether it has the weights as they were when it was made.
        most_seconds: how long a call may take for this form to be tried.
        cost_s: about how many seconds it takes to make it.
    """

    make: Callable[[], Run]
    holds_weights: bool = False
    most_seconds: float = float("inf")
    cost_s: float = 0.0


class Quickest:
    """A function of arrays, in its own form or another one, whichever is found to be quickest.

    The first calls run it as it is; the more a form costs, the longer. Then each other form is
    timed on the same arrays. The quickest stays if it is quicker by a tenth and gives the same
    figures to 1e-5. One that holds weights goes when these change, and all are tried again later.

    Args:
        plain: the function.
        others: the other forms.
        clock: returns the time in seconds.
    """

    def __init__(
        self,
        plain: Run,
        others: Sequence[Form] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._plain, self._others, self._clock = plain, tuple(others), clock
        self._chosen: Run | None = None if others else plain
        self._version, self._outdates, self._trials = 0, False, 0
        self._calls, self._total_s, self._best_s = 0, 0.0, float("inf")
        dearest_s = max((form.cost_s for form in others), default=0.0)
        self._wait_s = (dearest_s - _FREE_S) / _PATIENCE

    def __call__(self, arrays: Arrays, version: int = 0) -> Sequence[np.ndarray]:
        """Return what the function makes of arrays.

        Args:
            arrays: the arrays.
            version: a number that is another one after each change of a weight.
        """
        if version != self._version:
            self._begin_again(version)
        if self._chosen is not None:
            return self._chosen(arrays)
        found, seconds = self._timed(self._plain, arrays)
        self._note(seconds)
        if self._calls >= _CALLS_BEFORE and self._total_s >= self._wait_s:
            self._choose(arrays, found)
        return found

    def _note(self, seconds: float) -> None:
        self._calls += 1
        self._total_s += seconds
        self._best_s = min(self._best_s, seconds)

    def _begin_again(self, version: int) -> None:
        self._version = version
        self._calls, self._total_s, self._best_s = 0, 0.0, float("inf")
        if self._outdates:
            self._chosen = None if self._trials < _TRIALS else self._plain
            self._outdates = False

    def _choose(self, arrays: Arrays, found: Arrays) -> None:
        self._trials += 1
        # Threads of one form may wait actively for a while after a call, so forms take no turns.
        best, self._chosen = _GAIN * self._best_s, self._plain
        for form in self._others:
            if self._best_s < form.most_seconds and (run := _tried(form, arrays, found)):
                seconds = min(self._timed(run, arrays)[1] for _ in range(_CALLS_BEFORE))
                if seconds < best:
                    best, self._chosen, self._outdates = seconds, run, form.holds_weights

    def _timed(self, run: Run, arrays: Arrays) -> tuple[Arrays, float]:
        start = self._clock()
        found = run(arrays)
        return found, self._clock() - start


def _tried(form: Form, arrays: Arrays, found: Arrays) -> Run | None:
    """Return what computes a form, if it gives the same figures."""
    try:
        run = form.make()
        return run if all(map(_are_close, run(arrays), found)) else None
    # XLA and TensorFlow Lite lack some operations, and say so by errors of many types.
    except Exception:
        return None


def is_pure(concrete: Any) -> bool:
    """Return whether a concrete function draws, writes, checks and remembers nothing.

    Args:
        concrete: a `tf.ConcreteFunction`.
    """
    operations = concrete.graph.get_operations()
    return all(each.type in _READS or not each.op_def.is_stateful for each in operations)


def _are_close(one: Any, other: Any) -> bool:
    size = max(1.0, float(np.max(np.abs(other), initial=0)))
    same_shape = np.shape(one) == np.shape(other)
    return same_shape and bool(
        np.allclose(one, other, rtol=0, atol=_TOLERANCE * size, equal_nan=True)
    )
