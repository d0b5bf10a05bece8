"""Refuses what is no ordinary file, such as a pipe, before a reader waits for it without end."""

import stat
from pathlib import Path

from owltf.errors import OwltfError

_KINDS = {
    stat.S_IFIFO: "a pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def refuse_irregular(path: Path) -> None:
    """Check that a path is that of an ordinary file.

    Raises:
        OwltfError: if there is none, or it is a folder, a pipe or a device.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise OwltfError(f"{str(path)!r}: no path of a file ({error})") from error
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no ordinary file")
        raise OwltfError(f"{path}: {kind}, where a file is needed")


def read_bytes(path: Path) -> bytes:
    """Return the bytes of an ordinary file.

    Raises:
        OwltfError: if it is none, or it cannot be read.
    """
    refuse_irregular(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
