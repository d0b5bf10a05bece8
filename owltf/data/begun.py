"""Batches that are begun before they are waited for, so that no processor is idle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Batch(Protocol):
    """A batch, or a chunk of several, that other threads are making."""

    @property
    def first(self) -> int:
        """The number of its first record."""


BatchT = TypeVar("BatchT", bound=Batch)


class Begun(Generic[BatchT]):
    """The batches that are being made: one after the other, as far ahead as it is told."""

    def __init__(self, begin: Callable[[int], BatchT], step: int, ahead: int) -> None:
        """Begin nothing yet.

        Args:
            begin: begins the batch that starts at a record.
            step: how many records lie between the first ones of two batches.
            ahead: how many batches are begun before the one in front of them is done.
        """
        self._begin, self._step, self._ahead = begin, step, ahead
        self._batches: deque[BatchT] = deque()

    def take(self, number: int) -> BatchT:
        """Return the batch that starts at record `number`, which may not be whole yet."""
        if self._batches and self._batches[0].first != number:
            self._batches.clear()
        while len(self._batches) <= self._ahead:
            self._batches.append(self._begin(number + len(self._batches) * self._step))
        return self._batches.popleft()
