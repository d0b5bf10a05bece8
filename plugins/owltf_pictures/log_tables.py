"""Reads runs that are kept as tables: CSV, or JSON with an object a line."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from owltf.api import OwltfError
from owltf_pictures.points import RATE, Point

_ITERATIONS = ("iteration", "iter", "numiters", "#iters", "iters", "step")
_SECONDS = ("seconds", "time", "elapsed")
_RATES = ("rate", "lr", "learningrate", "learning_rate")
# Columns that say of which net a row is, or when it was written.
_NO_FIGURES = (
    "epoch",
    "event",
    "images_per_second",
    "kind",
    "net",
    "net_index",
    "phase",
    "timestamp",
)
# Events of a run's history that have no figures: what is trained, where files are.
_NO_EVENTS = ("started", "snapshot", "ended")
_TEST = "test"


def read_csv(path: Path, text: str) -> Iterator[Point]:
    """Yield the figures of a table; those of tests if its name says so, as parse_log.py's do.

    Raises:
        OwltfError: if it has no column of iterations.
    """
    rows = csv.DictReader(StringIO(text, newline=""))
    if not any(_is(name, _ITERATIONS) for name in rows.fieldnames or ()):
        raise OwltfError(f"{path}: no column of iterations: one named {', '.join(_ITERATIONS)}")
    test = 0 if path.suffix == f".{_TEST}" or f".{_TEST}." in path.name else None
    for row in rows:
        yield from _points(row, test)


def read_json(path: Path, text: str) -> Iterator[Point]:
    """Yield the figures of objects, one a line or all in a list.

    Raises:
        OwltfError: if it is no JSON.
    """
    for row in _objects(path, text):
        if row.get("event") in _NO_EVENTS:
            continue
        is_test = _TEST in (str(row.get(name)).lower()[:4] for name in ("event", "kind", "phase"))
        test = int(row.get("net_index") or row.get("net") or 0) if is_test else None
        yield from _points(row, test)


def _objects(path: Path, text: str) -> Iterable[Mapping[str, Any]]:
    try:
        found = json.loads(text) if text.lstrip()[0] == "[" else _lines(StringIO(text))
        return [each for each in found if isinstance(each, dict)]
    except (ValueError, RecursionError) as error:
        raise OwltfError(f"{path}: neither a log nor JSON: {error}") from error


def _lines(lines: Iterable[str]) -> Iterator[Any]:
    """Yield the objects of lines; a killed run may have left half of one, but not the first."""
    for number, line in enumerate(lines):
        with suppress(ValueError) if number else nullcontext():
            yield json.loads(line)


def _points(row: Mapping[str, Any], test: int | None) -> Iterator[Point]:
    iteration, seconds = _first(row, _ITERATIONS), _first(row, _SECONDS)
    if iteration is None:
        return
    for name, value in row.items():
        if isinstance(value, dict):
            inner = 0 if name.lower() == _TEST else test
            more = {each: value[each] for each in value if each not in row}
            yield from _points({"iteration": iteration, **more}, inner)
        elif not _is(name, (*_ITERATIONS, *_SECONDS, *_NO_FIGURES)):
            number = _number(value)
            if number is not None:
                figure, of_test = _figure(name, test)
                yield Point(figure, iteration, number, of_test, seconds)


def _first(row: Mapping[str, Any], names: Iterable[str]) -> float | None:
    found = (_number(value) for name, value in row.items() if _is(name, names))
    return next((number for number in found if number is not None), None)


def _figure(name: str, test: int | None) -> tuple[str, int | None]:
    """Return a column's figure, and the test net that its name says: "test_loss", "train loss"."""
    for word, of_test in ((_TEST, 0), ("train", None)):
        for separator in "_ ./:":
            if name.lower().startswith(word + separator):
                return name[len(word) + 1 :], of_test
    return (RATE, None) if _is(name, _RATES) else (name, test)


def _is(name: str, names: Iterable[str]) -> bool:
    return name.strip().lower() in names


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if isinstance(value, bool) or math.isnan(number) else number
