"""Reads NumPy's `.npy` and `.npz` files of numbers, and runs nothing that is in them."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np

from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular

_KINDS_OF_NUMBERS = "fiub"
_SUFFIX = ".npy"


def read_npy(path: Path) -> np.ndarray:
    """Return the array of a `.npy` file.

    Raises:
        OwltfError: if it is none, or damaged, or does not hold numbers.
    """
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            return _array(file, path.stat().st_size)
    # What a damaged header makes NumPy raise is of ten types and more, such as those of Python's
    # own parser.
    except Exception as error:
        raise OwltfError(f"{path}: not an array that NumPy can read ({_reason(error)})") from error


def read_npz(path: Path) -> Mapping[str, np.ndarray]:
    """Return the arrays of an `.npz` file by their names.

    Raises:
        OwltfError: if it is none, or damaged, packed, or does not hold numbers.
    """
    refuse_irregular(path)
    try:
        with path.open("rb") as file, ZipFile(file) as zipped:
            return {
                each.filename.removesuffix(_SUFFIX): _member(zipped, each)
                for each in zipped.infolist()
            }
    except Exception as error:
        raise OwltfError(f"{path}: no arrays that NumPy can read ({_reason(error)})") from error


def _member(zipped: ZipFile, member: Any) -> np.ndarray:
    if member.compress_type != ZIP_STORED:
        raise ValueError("its arrays are packed, as those of np.savez are not")
    with zipped.open(member) as file:
        return _array(file, member.file_size)


def _array(file: IO[bytes], size: int) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, is_fortran, dtype = read(file)
    if dtype.kind not in _KINDS_OF_NUMBERS:
        raise ValueError("it does not hold numbers")
    count = prod(shape)
    if min(shape, default=0) < 0 or count * dtype.itemsize > size:
        raise ValueError(f"shape {shape} needs more bytes than there are")
    values = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return values.reshape(shape, order="F" if is_fortran else "C")


def _reason(error: Exception) -> str:
    # Python's tokenizer adds a place in the header to its message.
    said = error.args[0] if isinstance(error, TokenError) else error
    return " ".join(str(said).split())[:200] or type(error).__name__
