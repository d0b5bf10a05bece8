"""Large arrays whose memory is used again, as to get new memory takes longer than to fill it."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

_ALIGNMENT = 64
# Smaller ones come from memory that the process has already.
_LARGE = 1 << 17
_MOST_KEPT = 8

_free: deque[tuple[int, Any]] = deque(maxlen=_MOST_KEPT)


def empty_aligned(shape: Sequence[int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array of any values whose memory TensorFlow uses as it is.

    TensorFlow copies arrays that do not start at a multiple of 64 bytes. The memory of a large one
    is used again when no array and no tensor lies in it any more.
    """
    size = prod(shape) * np.dtype(dtype).itemsize
    owner = _owner(size + _ALIGNMENT)
    start = -owner.__array_interface__["data"][0] % _ALIGNMENT
    return owner[start : start + size].view(dtype).reshape(shape)


def _owner(size: int) -> npt.NDArray[np.uint8]:
    if size < _LARGE:
        return np.empty(size, np.uint8)
    # Sizes are rounded up, so that batches of images that differ a little find each other's.
    step = 1 << size.bit_length() - 4
    size = -(-size // step) * step
    memory = _taken(size)
    # All views keep this array alive, and not the one behind it, as a memoryview is between them.
    owner = np.frombuffer(memory, np.uint8)
    weakref.finalize(owner, _free.append, (size, memory)).atexit = False
    return owner


def _taken(size: int) -> memoryview:
    """Return memory of this size that is free, or new memory."""
    # Threads may take at the same time: what one has removed, the others do not find.
    for _ in range(len(_free)):
        try:
            found = _free.popleft()
        except IndexError:
            break
        if found[0] == size:
            return found[1]  # type: ignore[no-any-return]
        _free.append(found)
    return memoryview(np.empty(size, np.uint8))  # type: ignore[arg-type]
