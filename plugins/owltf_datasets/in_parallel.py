"""Calls a function for many items on all processors; results come in the order of the items."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from owltf.api import check_stopped

Item = TypeVar("Item")
Result = TypeVar("Result")
# So many items for each processor are under way, whatever their number.
_AHEAD = 8


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the function's result for each item; OpenCV's calls run beside each other."""
    workers = os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) >= _AHEAD * workers:
                check_stopped()
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
