"""Writes the made-up images that the benchmark of data reads, in each form that Caffe has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import h5py
import numpy as np

from owltf.data.source.datum_record import Datum
from owltf.data.target.database import write_database

SMALL, LARGE = (28, 1), (256, 3)
# As many records as fill some hundred megabytes at most.
_COUNTS = {SMALL: 20_000, LARGE: 1000}
PHOTOS = 500


def images(count: int, size: int, channels: int) -> Iterator[np.ndarray]:
    """Yield made-up images (H, W, C) that are as smooth as photographs."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        small = rng.integers(0, 256, (size // 8 + 1, size // 8 + 1, channels), np.uint8)
        large = cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
        yield large.reshape(size, size, channels)


def photos() -> list[bytes]:
    """Return JPEGs of 256 x 256 pixels."""
    return [cv2.imencode(".jpg", each)[1].tobytes() for each in images(PHOTOS, *LARGE)]


def write_all(folder: Path) -> None:
    """Write every source into a folder.

    The names are `raw28.lmdb`, `raw256.leveldb` and so on, `jpeg.lmdb`, `list.txt`, `windows.txt`.
    """
    for shape, count in _COUNTS.items():
        size = shape[0]
        planes = [each.transpose(2, 0, 1) for each in images(count, *shape)]
        records = [Datum(each, 1).to_bytes() for each in planes]
        _write_databases(folder, f"raw{size}", records)
        _write_hdf5(folder, f"raw{size}", planes)
    files = photos()
    _write_databases(folder, "jpeg", [Datum(None, 1, file).to_bytes() for file in files])
    for number, file in enumerate(files):
        Path(folder, f"{number}.jpg").write_bytes(file)
    listed = "".join(f"{number}.jpg 1\n" for number in range(len(files)))
    Path(folder, "list.txt").write_text(listed)
    Path(folder, "windows.txt").write_text("".join(map(_windows, range(len(files)))))


def _write_databases(folder: Path, name: str, records: Iterable[bytes]) -> None:
    keyed = [(b"%08d" % number, record) for number, record in enumerate(records)]
    for suffix, backend in (("lmdb", "LMDB"), ("leveldb", "LEVELDB")):
        with write_database(folder / f"{name}.{suffix}", backend) as database:
            database.put(keyed)


def _write_hdf5(folder: Path, name: str, planes: list[np.ndarray]) -> None:
    with h5py.File(folder / f"{name}.h5", "w") as file:
        file["data"] = np.stack(planes).astype(np.float32)
        file["label"] = np.ones(len(planes), np.float32)
    Path(folder, f"{name}.txt").write_text(f"{folder / name}.h5\n")


def _windows(number: int) -> str:
    """Return the lines of one image: a window with an object, and one of background."""
    return f"# {number}\n{number}.jpg\n3\n256\n256\n2\n1 0.9 20 30 200 220\n0 0.1 5 5 120 140\n"
