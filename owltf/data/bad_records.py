"""Decides what becomes of records that cannot be used: an error, or a note if they are skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from owltf.data.data_context import DataContext
from owltf.errors import OwltfError

T = TypeVar("T")

_log = logging.getLogger("owltf")
_MOST_TOLD = 10


class BadRecords:
    """The records of a data layer that were found to be unusable.

    Without `--skip-bad-records` the first is an error. With it, the next good record takes the
    place of each, so that all others keep their places.
    """

    def __init__(self, context: DataContext, count: int, what: str = "records") -> None:
        """Start with none.

        Args:
            context: the data layer's context.
            count: the number of records of its source.
            what: what they are called.
        """
        self._context, self._count, self._what = context, count, what
        self._found: set[str] = set()
        self._lock = Lock()

    @property
    def found(self) -> int:
        """How many records were left out so far."""
        return len(self._found)

    def tell_total(self) -> None:
        """Say how many records were left out, if some were."""
        if self.found:
            total = f"{self.found:,} of {self._count:,} {self._what} were skipped"
            _log.warning("%s", self._context.error(total))

    def meet(self, error: OwltfError) -> None:
        """Take note of an unusable record, or raise its error.

        Args:
            error: what is wrong with it; the record is known again by the name that this gives it.

        Raises:
            OwltfError: that error, unless bad records are skipped; or if no record is left.
        """
        if not self._context.net.skip_bad_records:
            raise error
        with self._lock:
            is_new = str(error) not in self._found
            self._found.add(str(error))
            if self.found == self._count:
                raise OwltfError(f"{error}; none of {self._count:,} {self._what} can be used")
            if is_new:
                self._tell(error)

    def first(self, read: Callable[[int], T], error: Callable[[int, str], OwltfError]) -> T:
        """Return what is read of the first record that can be used.

        Args:
            read: reads the record of a number; raises a ValueError if it cannot be used.
            error: returns the error of a record, given the reason.

        Raises:
            OwltfError: if a record before cannot be used, unless those are skipped; or none can.
        """
        number = 0
        while True:
            try:
                return read(number)
            except ValueError as reason:
                self.meet(error(number, str(reason)))
            number += 1

    def _tell(self, error: OwltfError) -> None:
        if self.found <= _MOST_TOLD:
            _log.warning("Skipped a record: %s", self._context.error(str(error)))
        elif not self.found & (self.found - 1):
            # Of very many, only every doubling of their number is told.
            _log.warning("%s: %d records skipped so far", self._context.name, self.found)
