"""The HDF5 files that the list of an HDF5Data layer names."""

from __future__ import annotations

from pathlib import Path

from owltf.caffe.binary.hdf5_layout import is_hdf5
from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes


def listed_files(listing: Path, folder: Path | None) -> list[Path]:
    """Return the files that a list names; their paths may be relative to the list's folder.

    Args:
        listing: the list.
        folder: the folder of the net that names the list, None if it is in no file.

    Raises:
        OwltfError: if a file is not found, or the list names none.
    """
    if not listing.is_file() or is_hdf5(listing):
        raise OwltfError(f"source {listing} must be a text file that lists HDF5 files")
    names = read_bytes(listing).decode(errors="replace").split()
    if not names:
        raise OwltfError(f"source {listing} names no files")
    return [_find_listed(listing, name, folder) for name in names]


def _find_listed(listing: Path, name: str, folder: Path | None) -> Path:
    beside = listing.parent / name
    try:
        return find_file(name, folder)
    except OwltfError as error:
        if beside.exists():
            return beside
        raise OwltfError(f"source {listing} names {error}, {beside}") from error
