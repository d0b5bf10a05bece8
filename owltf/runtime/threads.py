"""How many threads TensorFlow may use in this process."""

from __future__ import annotations

import os


def threads() -> int:
    """Return how many threads TensorFlow may use; the last bits of results depend on it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
