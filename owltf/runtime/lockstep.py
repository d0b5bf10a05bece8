"""Calls a function for several parts of a batch at once, in which values are summed over the parts.

TensorFlow's strategies do so for devices, each with variables of its own. The parts here share one
device and its variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import Any

import tensorflow as tf


@dataclass(frozen=True)
class Part:
    """The part of a batch whose code is being traced.

    Attributes:
        number: its number, from 0.
        count: how many parts there are.
        exchange: takes tensors, and returns the sums of these and the other parts' ones.
    """

    number: int
    count: int
    exchange: Callable[[Sequence[Any]], Sequence[Any]]

    def summed(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return tensors summed over the parts, and their gradients likewise."""

        @tf.custom_gradient
        def sums(*values: Any) -> Any:
            return list(self.exchange(values)), lambda *grads: list(self.exchange(grads))

        return list(sums(*map(tf.convert_to_tensor, values)))


def current_part() -> Part | None:
    """Return the part of a batch whose code is being traced; None outside `in_lockstep`."""
    return _part.get()


def in_lockstep(functions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call functions that compute the same for each part of a batch, and return their results.

    Each has a thread of its own, for the sake of its `GradientTape`, but only one thread runs at a
    time: until its function ends, or wants a sum to which the others have not come yet. So the
    graph is always the same.

    Args:
        functions: the functions; inside, `current_part` tells which one is running.

    Raises:
        RuntimeError: if they do not all want the same sums.
    """
    calls = [_Call(number, len(functions), each) for number, each in enumerate(functions)]
    try:
        for call in calls:
            call.go_on()
        while any(call.asked is not None for call in calls):
            sums = _sums([call.asked for call in calls])
            for call in calls:
                call.go_on(sums)
    finally:
        for call in calls:
            call.end()
    return [call.result for call in calls]


def _sums(asked: Sequence[Sequence[Any] | None]) -> list[Any]:
    if any(values is None for values in asked):
        raise RuntimeError("the parts of a batch do not add up the same values")
    return [tf.add_n(list(values)) for values in zip(*asked, strict=True)]


class _EndedError(Exception):
    """Ends the thread of a call whose result is not wanted any more."""


class _Call(Thread):
    """One part's call.

    Attributes:
        asked: the values that it wants summed; None before it wants some, and when it has ended.
        result: what it returned.
    """

    def __init__(self, number: int, count: int, function: Callable[[], Any]) -> None:
        super().__init__(name=f"owltf-part-{number}", daemon=True)
        self.asked: Sequence[Any] | None = None
        self.result: Any = None
        self._function, self._part = function, Part(number, count, self._exchange)
        self._graph, self._context = _graph_in_use(), copy_context()
        self._turn, self._back = Semaphore(0), Semaphore(0)
        self._sums: Sequence[Any] = ()
        self._error: BaseException | None = None
        self._is_wanted = True
        self.start()

    def run(self) -> None:
        self._turn.acquire()
        try:
            if self._is_wanted:
                self._context.run(self._call)
        except _EndedError:
            pass
        except BaseException as error:  # noqa: BLE001, it is raised where the call is waited for
            self._error = error
        self._back.release()

    def _call(self) -> None:
        _part.set(self._part)
        with self._graph:
            self.result = self._function()

    def _exchange(self, values: Sequence[Any]) -> Sequence[Any]:
        self.asked = values
        self._back.release()
        self._turn.acquire()
        if not self._is_wanted:
            raise _EndedError
        return self._sums

    def go_on(self, sums: Sequence[Any] = ()) -> None:
        """Let the call run until it ends or wants sums; raise its error if it failed."""
        self.asked, self._sums = None, sums
        self._turn.release()
        self._back.acquire()
        if self._error:
            raise self._error

    def end(self) -> None:
        """End the call's thread."""
        self._is_wanted = False
        self._turn.release()
        self.join()


def _graph_in_use() -> AbstractContextManager[Any]:
    if tf.executing_eagerly():
        return nullcontext()
    graph: AbstractContextManager[Any] = tf.compat.v1.get_default_graph().as_default()
    return graph


_part: ContextVar[Part | None] = ContextVar("part", default=None)
