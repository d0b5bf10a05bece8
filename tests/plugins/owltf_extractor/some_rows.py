"""Rows to write: a blob's, with keys and labels, four at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from owltf_extractor.files import write_rows
from owltf_extractor.formats.writer import KEY, LABEL, Column
from owltf_extractor.outputs import plan_outputs

from owltf.caffe.schema.schema import load_schema

BLOB = Column("a/b", (2, 3))
OTHERS = [Column(KEY, is_text=True), Column(LABEL)]


def rows(count: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(0)
    for first in range(0, count, 4):
        here = min(4, count - first)
        yield {
            BLOB.name: rng.normal(size=(here, *BLOB.shape)).astype(np.float32),
            KEY: [f"key {number}, ü" for number in range(first, first + here)],
            LABEL: np.arange(first, first + here, dtype=np.float32),
        }


def write(path: str | Path, count: int = 10, others: Sequence[Column] = OTHERS) -> np.ndarray:
    """Write some rows and return the values."""
    write_rows(plan_outputs(str(path), [BLOB], others), rows(count), load_schema())
    return np.concatenate([np.zeros((0, *BLOB.shape)), *(each[BLOB.name] for each in rows(count))])
