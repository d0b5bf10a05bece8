"""Writes the confusion matrix of a test as a table or a picture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from owltf.api import OwltfError, atomic_outputs

_SUFFIXES = (".csv", ".png")
# With more classes than these, numbers and names in the picture would be too small to read.
_MOST_NUMBERS, _MOST_NAMES = 20, 60


def check_confusion(path: Path) -> None:
    """Raise OwltfError if a confusion matrix cannot be written to a path."""
    if path.suffix not in _SUFFIXES:
        raise OwltfError(f"--confusion {path}: must end in {' or '.join(_SUFFIXES)}")
    if path.suffix == ".png" and find_spec("matplotlib") is None:
        raise OwltfError(
            f"--confusion {path}: pictures need matplotlib: pip install 'owltf[plot]', or write "
            f"a .csv"
        )


def write_confusion(path: Path, matrix: np.ndarray, names: Sequence[str]) -> None:
    """Write how often each true class (row) was predicted as each class (column).

    Args:
        path: the file to write, `.csv` or `.png`.
        matrix: the counts.
        names: the classes' names.

    Raises:
        OwltfError: if it cannot be written.
    """
    with atomic_outputs(path) as temporary:
        if path.suffix == ".csv":
            _write_csv(temporary, matrix, names)
        else:
            _write_png(temporary, matrix, names)


def _write_csv(path: Path, matrix: np.ndarray, names: Sequence[str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["true \\ predicted", *names])
        writer.writerows([name, *row] for name, row in zip(names, matrix.tolist(), strict=True))


def _write_png(path: Path, matrix: np.ndarray, names: Sequence[str]) -> None:
    from matplotlib.figure import Figure

    side = min(4 + 0.3 * len(names), 24)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.add_subplot()
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    if len(names) <= _MOST_NAMES:
        axes.set_xticks(range(len(names)), names, rotation=90)
        axes.set_yticks(range(len(names)), names)
    if len(names) <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(matrix):
            color = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=color, size=8)
    figure.savefig(path, format="png", dpi=100)
