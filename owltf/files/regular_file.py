"""Refuses what is no ordinary file, such as a pipe, before it is read without end or replaced."""

import stat
from contextlib import suppress
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
        raise OwltfError(f"{path}: {_kind(mode)}, where a file is needed")


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "no ordinary file")


def refuse_irreplaceable(path: Path) -> None:
    """Check that a new file may take a path's place, as it may that of a file or a folder.

    Raises:
        OwltfError: if there is a device or a pipe, or a link to one or to an open file, such as
            `/dev/stdout`: others need it where it is. Or if the path is `-`.
    """
    refuse_dash(path)
    with suppress(OSError, ValueError):
        mode = path.stat().st_mode
        there = None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _kind(mode)
        if there is None and _leads_through_proc(path):
            there = "an open file"
        if there:
            raise OwltfError(f"{path}: cannot be written: it is {there}; give the name of a file")


def refuse_dash(path: Path) -> None:
    """Refuse `-`, by which people who write it do not mean a file of that name.

    Raises:
        OwltfError: if the path is `-`.
    """
    if str(path) == "-":
        raise OwltfError(
            "-: cannot be written: no file goes to the standard output; give the name of a file"
        )


def _leads_through_proc(path: Path) -> bool:
    """Return whether a path is, or links to, one of /proc, where links stand for open files."""
    seen = path.absolute()
    for _ in range(40):
        if seen.is_relative_to("/proc") or seen.is_relative_to("/dev/fd"):
            return True
        if not seen.is_symlink():
            return False
        seen = seen.parent / seen.readlink()
    return False


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
