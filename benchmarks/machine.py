"""Names the machine that figures are of, and measures its roof: a product of large matrices."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

_SIDE = 2048


def machine() -> dict[str, Any]:
    """Return the CPU's name and number, and its GFLOP/s in a product of large matrices."""
    return {
        "cpu": _cpu_name(),
        "cpus": len(os.sched_getaffinity(0)),
        "vectors": _vectors(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "date": date.today().isoformat(),
        "roof_gflops": round(roof(), 1),
    }


def roof(rounds: int = 5) -> float:
    """Return the GFLOP/s of the quickest of some float32 products, by NumPy."""
    left, right = (np.ones((_SIDE, _SIDE), np.float32) for _ in range(2))
    left @ right
    times = []
    for _ in range(rounds):
        start = perf_counter()
        left @ right
        times.append(perf_counter() - start)
    return 2 * _SIDE**3 / min(times) / 1e9


def in_words(about: dict[str, Any]) -> str:
    """Return a sentence about a machine."""
    return (
        f"{about['cpu']}, {about['cpus']} cores, {about['vectors']}, {about['system']}, Python "
        f"{about['python']}, {about['date']}. The roof, a product of two 2048 x 2048 matrices in "
        f"float32, measured in the same run: {about['roof_gflops']} GFLOP/s."
    )


def _cpu_info(field: str) -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(field)), "")


def _cpu_name() -> str:
    return _cpu_info("model name") or platform.processor() or platform.machine()


def _vectors() -> str:
    flags = _cpu_info("flags").split()
    return next((name for name in ("avx512f", "avx2", "avx") if name in flags), "no AVX")
