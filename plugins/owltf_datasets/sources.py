"""Opens whatever Caffe's data layers read: databases, lists and folders of images, HDF5."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from owltf.api import OwltfError, open_database
from owltf_datasets.database_images import Bad, Images, database_images
from owltf_datasets.hdf5_rows import Hdf5Source
from owltf_datasets.image_files import ImageFilesSource
from owltf_datasets.image_sources import ClassFolders, listed_images

_HDF5 = (b"\x89HDF\r\n\x1a\n", (".h5", ".hdf5"))


class Source(Protocol):
    """Records that can be gone through.

    Attributes:
        name: its name in messages: "LMDB train_lmdb".
        count: the number of records.
    """

    name: str
    count: int

    def images(self, bad: Bad, max_pixels: int | None) -> Iterator[Images]:
        """Yield all records, those of one size together; `bad` is called with each bad one."""


class DatabaseSource:
    """An LMDB or a LevelDB."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self._records = open_database(path)
        self.name, self.count = self._records.name, self._records.count

    def images(self, bad: Bad, max_pixels: int | None) -> Iterator[Images]:
        """Yield all images."""
        return database_images(self._records, bad, max_pixels)


def open_source(path: Path, root: str = "") -> Source:
    """Return the source of a path.

    Args:
        path: an LMDB or LevelDB, a folder with a folder of images for each class, a list of images
            or of HDF5 files, or an HDF5 file.
        root: what Caffe puts in front of each path of a list of images.

    Raises:
        OwltfError: if it is none of these, or cannot be read.
    """
    if not path.exists():
        raise OwltfError(f"{path}: no such file or folder")
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as file:
        start = file.read(8)
    if start == _HDF5[0]:
        return Hdf5Source(f"HDF5 {path}", [path])
    if path.name == "data.mdb":
        return DatabaseSource(path)
    return _list(path, root)


def _folder(path: Path) -> Source:
    if any((path / name).exists() for name in ("data.mdb", "CURRENT")):
        return DatabaseSource(path)
    found = ClassFolders.of(path, 0, 0)
    return ImageFilesSource(f"folder {path}", found.train, found.names)


def _list(path: Path, root: str) -> Source:
    names = path.read_bytes().decode(errors="replace").split()
    if names and names[0].endswith(_HDF5[1]):
        return Hdf5Source(f"list {path}", [_beside(path, name) for name in names])
    return ImageFilesSource(f"list {path}", listed_images(root or _root(path), path))


def _root(path: Path) -> str:
    """Return where the paths of a list begin: here, or else in the list's folder."""
    images = listed_images("", path)
    return "" if images[0].path.exists() else f"{path.parent}/"


def _beside(listing: Path, name: str) -> Path:
    return Path(name) if Path(name).exists() else listing.parent / name
