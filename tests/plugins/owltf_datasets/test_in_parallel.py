"""Results come in the order of the items."""

from __future__ import annotations

import time

import pytest
from owltf_datasets.in_parallel import in_parallel


def test_the_order_is_the_items() -> None:
    def slow(number: int) -> int:
        time.sleep(0.001 * (number % 3))
        return number * number

    assert list(in_parallel(slow, range(100))) == [number * number for number in range(100)]


def test_items_are_taken_as_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    taken: list[int] = []
    results = in_parallel(str, (taken.append(n) or n for n in range(1000)))
    assert next(results) == "0"
    assert len(taken) < 50
    results.close()


def test_an_error_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_parallel(lambda number: 1 // number, [1, 0, 1]))
