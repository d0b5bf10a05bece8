"""Writes a file or a folder completely or not at all, whatever interrupts the writing."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from owltf.errors import OwltfError

_unfinished: set[Path] = set()
# Signals whose default action ends the process without running `finally`.
_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Provide a temporary file for a `with` block, and rename it to `path` at the block's end.

    The file is synced before it is renamed and the folder after, so that a power cut leaves the old
    file or the new one. If the block fails, also by an interrupt or a signal, the file is removed.

    Raises:
        OwltfError: if the folder does not exist, the disk is full, or the file cannot be written
            for another reason of the system.
    """
    try:
        with _ended_by_signals(), _temporary(path) as temporary:
            yield temporary
            temporary.chmod(_usual_mode(path))
            _sync(temporary)
            temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OwltfError(f"{path}: cannot be written: {reason}") from error


@contextmanager
def atomic_outputs(path: Path) -> Iterator[Path]:
    """Provide a path in a temporary folder, and move all that a `with` block wrote there to `path`.

    The block may write a file or a folder of that name, and more files beside it: they are moved
    beside `path`, and `path` itself last. Existing files stay until then. If the block fails, also
    by an interrupt or a signal, everything it wrote is removed.

    Raises:
        OwltfError: if the folder above does not exist, the disk is full, or something cannot be
            written for another reason of the system.
    """
    try:
        with _ended_by_signals(), _temporary_folder(path) as folder:
            yield folder / path.name
            for file in folder.rglob("*"):
                _sync(file)
            for written in sorted(folder.iterdir(), key=lambda each: each.name == path.name):
                _replace(written, path.parent / written.name)
        _sync(path.parent)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OwltfError(f"{path}: cannot be written: {reason}") from error


@contextmanager
def _temporary_folder(path: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    _unfinished.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unfinished.discard(folder)


def _replace(written: Path, path: Path) -> None:
    """Rename a new file or folder to `path`; an older folder is removed only after that."""
    if not path.is_dir():
        written.replace(path)
        return
    # A rename cannot replace a folder that holds files, so the older one is moved away first, and
    # back if the new one cannot be renamed.
    with _temporary_folder(path) as folder:
        older = folder / path.name
        try:
            path.replace(older)
            written.replace(path)
        except BaseException:
            if older.exists() and not path.exists():
                older.replace(path)
            raise


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal that ends the process raise SystemExit instead, so that `finally` blocks run.

    A handler that a program has installed, as `owltf run` does, stays in place.
    """
    caught = [number for number in _ENDING_SIGNALS if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        caught = []
    for number in caught:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    _unfinished.add(Path(name))
    try:
        yield Path(name)
    finally:
        # After a rename there is nothing left to remove.
        Path(name).unlink(missing_ok=True)
        _unfinished.discard(Path(name))


def remove_unfinished() -> None:
    """Remove all temporary files and folders, for a process that ends without `finally` blocks."""
    for path in tuple(_unfinished):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _usual_mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or what the umask allows for a new file.

    Temporary files are made readable by their owner alone.
    """
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
