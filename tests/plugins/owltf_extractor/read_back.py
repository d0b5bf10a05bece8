"""Reads features back from every format, as their users would."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import h5py
import lmdb
import numpy as np

from owltf.caffe.schema.schema import load_schema

FORMATS = (".npy", ".npz", ".h5", ".csv", ".parquet", ".lmdb", ".txt")
HOLDING_MANY = (".npz", ".h5", ".csv", ".parquet")


def read_back(path: Path, name: str) -> np.ndarray:
    """Return a blob, a flat row for each record."""
    return READERS[path.suffix](path, name)


def read_others(path: Path) -> tuple[list[str], list[float]]:
    """Return the keys and the labels that were written with features."""
    if path.suffix in (".npy", ".txt"):
        key, label = (
            path.with_name(f"{path.stem}.{each}{path.suffix}") for each in ("key", "label")
        )
        if path.suffix == ".npy":
            return np.load(key).tolist(), np.load(label).tolist()
        return key.read_text().splitlines(), np.loadtxt(label).tolist()
    if path.suffix == ".lmdb":
        records = _datums(path)
        return [key[11:] for key, _ in records], [float(datum.label) for _, datum in records]
    return OTHERS[path.suffix](path)


def load_npz(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an archive."""
    with np.load(path) as found:
        return dict(found)


def keys_of(path: Path) -> list[str]:
    """Return the keys of a database."""
    return [key for key, _ in _datums(path)]


def _datums(path: Path) -> list[tuple[str, Any]]:
    datum = load_schema().message("Datum")
    with lmdb.open(str(path), readonly=True, lock=False) as database, database.begin() as records:
        return [(bytes(key).decode(), datum.FromString(value)) for key, value in records.cursor()]


def _lmdb(path: Path, name: str) -> np.ndarray:
    found = [datum for _, datum in _datums(path)]
    for datum in found:
        assert datum.channels * datum.height * datum.width == len(datum.float_data)
    return np.array([datum.float_data for datum in found], np.float32)


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="") as file:
        headings, *rows = csv.reader(file)
    return headings, rows


def _csv(path: Path, name: str) -> np.ndarray:
    headings, rows = _table(path)
    places = [place for place, each in enumerate(headings) if each.startswith(f"{name}[")]
    return np.array([[row[place] for place in places] for row in rows]).astype(np.float32)


def _csv_others(path: Path) -> tuple[list[str], list[float]]:
    headings, rows = _table(path)
    assert headings[:2] == ["key", "label"]
    return [row[0] for row in rows], [float(row[1]) for row in rows]


def _h5(path: Path, name: str) -> np.ndarray:
    with h5py.File(path) as file:
        found: np.ndarray = file[name][:]
        return found


def _h5_others(path: Path) -> tuple[list[str], list[float]]:
    with h5py.File(path) as file:
        return file["key"].asstr()[:].tolist(), file["label"][:].tolist()


def _npz_others(path: Path) -> tuple[list[str], list[float]]:
    found = load_npz(path)
    return found["key"].tolist(), found["label"].tolist()


def _parquet(path: Path, name: str) -> np.ndarray:
    from pyarrow import parquet

    column = parquet.read_table(path)[name].combine_chunks()
    return column.flatten().to_numpy().reshape(len(column), -1)


def _parquet_others(path: Path) -> tuple[list[str], list[float]]:
    from pyarrow import parquet

    table = parquet.read_table(path)
    return table["key"].to_pylist(), table["label"].to_pylist()


READERS = {
    ".npy": lambda path, name: np.load(path),
    ".npz": lambda path, name: load_npz(path)[name],
    ".h5": _h5,
    ".csv": _csv,
    ".parquet": _parquet,
    ".lmdb": _lmdb,
    ".txt": lambda path, name: np.loadtxt(path, np.float32, ndmin=2),
}
OTHERS = {
    ".npz": _npz_others,
    ".h5": _h5_others,
    ".csv": _csv_others,
    ".parquet": _parquet_others,
}
