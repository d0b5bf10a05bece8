"""Writes the results of tests as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import atomic_outputs
from owltf_tester.tally import Result, Top
from owltf_tester.testing import Testing


def write_figures(
    path: Path, tested: Sequence[tuple[Testing, Result]], **files: str | int | None
) -> None:
    """Write the results of tests to a file.

    Args:
        path: the file to write.
        tested: each test and its result.
        files: the prototxt, the weights and the snapshot that were tested.

    Raises:
        OwltfError: if it cannot be written.
    """
    nets = [_net(testing, result) for testing, result in tested]
    with atomic_outputs(path) as temporary:
        text = json.dumps({**files, "nets": nets}, indent=2, allow_nan=False)
        temporary.write_text(text + "\n")


def _net(testing: Testing, result: Result) -> dict[str, Any]:
    return {
        "name": testing.name,
        "index": testing.index,
        "views": testing.views,
        "batches": result.batches,
        "records": result.records,
        "loss": None if result.loss is None else _number(result.loss),
        "outputs": {name: _values(values) for name, values in result.outputs.items()},
        "top": {str(k): _top(top) for k, top in result.top.items()},
        "classes": [
            {"name": name, **_top(top)}
            for name, top in zip(testing.class_names, result.per_class, strict=False)
        ],
        "confusion": None if result.confusion is None else result.confusion.tolist(),
    }


def _top(top: Top) -> dict[str, Any]:
    return {
        "accuracy": top.accuracy if top.total else None,
        "right": top.right,
        "of": top.total,
    }


def _values(values: np.ndarray) -> Any:
    numbers = [_number(value) for value in values.tolist()]
    return numbers[0] if len(numbers) == 1 else numbers


def _number(value: float) -> float | None:
    # JSON knows no NaN.
    return value if math.isfinite(value) else None
