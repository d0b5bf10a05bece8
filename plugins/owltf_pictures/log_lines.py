"""Reads the lines of Caffe's logs and of owltf's, with glog's front or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO

from owltf_pictures.points import LOSS, RATE, Point

_NUMBER = r"([-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|nan|inf))"
_FRONT = re.compile(r"[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d\.\d+) +\d+ \S+\] ?")
# Newer logs of Caffe have the speed in parentheses here.
_ITERATION = re.compile(r"Iteration (\d+)(?: \([^)]*\))?, (.*)")
_LOSS = re.compile(rf"loss = {_NUMBER}", re.IGNORECASE)
_RATE = re.compile(rf"lr = {_NUMBER}", re.IGNORECASE)
_TESTING = re.compile(r"Testing net \(#(\d+)\)")
_OUTPUT = re.compile(rf"(Train|Test) net output #\d+: (\S+) = {_NUMBER}", re.IGNORECASE)
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_YEAR = 366 * _DAY


def read_log(text: str) -> Iterator[Point]:
    """Yield the figures of a log."""
    state = _State()
    # A name may hold a letter that `splitlines` takes for the end of a line.
    for line in StringIO(text):
        yield from state.read(line)


class _State:
    """Where in a log its reader is."""

    def __init__(self) -> None:
        self._iteration, self._test = 0.0, 0
        self._first: float | None = None
        self._seconds: float | None = None

    def read(self, line: str) -> Iterator[Point]:
        """Yield the figures of a line."""
        if front := _FRONT.match(line):
            line = line[front.end() :]
            self._see_time(front)
        if found := _ITERATION.search(line):
            self._iteration = float(found[1])
            yield from self._figures(found[2])
        elif (found := _OUTPUT.search(line)) is not None:
            is_test = found[1].lower() == "test"
            # What the first loss says already.
            if is_test or found[2] != LOSS:
                yield self._point(found[2], found[3], self._test if is_test else None)

    def _figures(self, text: str) -> Iterator[Point]:
        if found := _TESTING.match(text):
            self._test = int(found[1])
        for name, pattern in ((LOSS, _LOSS), (RATE, _RATE)):
            if found := pattern.match(text):
                yield self._point(name, found[1], None)

    def _point(self, name: str, value: str, test: int | None) -> Point:
        return Point(name, self._iteration, float(value), test, self._seconds)

    def _see_time(self, front: re.Match[str]) -> None:
        month, day, hour, minute = (int(part) for part in front.groups()[:4])
        days = sum(_MONTH_DAYS[: month - 1]) + day
        time = days * _DAY + hour * _HOUR + minute * _MINUTE + float(front[5])
        self._first = time if self._first is None else self._first
        # glog says no year: what seems to be before the beginning is in the next one.
        since = time - self._first
        self._seconds = since + _YEAR if since < -_DAY else since
