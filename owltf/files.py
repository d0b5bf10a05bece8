"""Writing a file or a folder so that it is there whole or not at all."""

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
# What ends a process by default, without a word to it.
_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; it becomes `path` when the block ends well.

    The file is synced before it is renamed and the folder after, so that a power cut leaves the old
    file or the new one. Any error, an interrupt or a signal as well, removes the temporary file.

    Raises:
        OwltfError: the folder is not there, the disk is full, or the like.
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
    """Give a path of the same name in a temporary folder; what is there at the end takes its place.

    It may be a file or a folder, and others may be written beside it: they all go beside `path`, it
    itself the last. Something that stands there already stays until then. Any error, an interrupt
    or a signal as well, removes everything that was written.

    Raises:
        OwltfError: the folder above is not there, the disk is full, or the like.
    """
    try:
        with _ended_by_signals(), _temporary_folder(path) as folder:
            yield folder / path.name
            for file in folder.rglob("*"):
                _sync(file)
            for made in sorted(folder.iterdir(), key=lambda each: each.name == path.name):
                _take_place(made, path.parent / made.name)
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


def _take_place(made: Path, path: Path) -> None:
    """Rename a file or a folder; a folder in its place goes only once the new one stands."""
    if not path.is_dir():
        made.replace(path)
        return
    with _temporary_folder(path) as folder:
        older = folder / path.name
        try:
            path.replace(older)
            made.replace(path)
        except BaseException:
            if older.exists() and not path.exists():
                older.replace(path)
            raise


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal that ends the process raise SystemExit instead, so that nothing is left behind.

    Whoever takes care of a signal already, as a run does, goes on doing so.
    """
    caught = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]
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
    """Remove all unfinished files and folders, for a process that ends without cleaning up."""
    for path in tuple(_unfinished):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _usual_mode(path: Path) -> int:
    """Keep the mode of the file that is replaced; a new one gets what the umask leaves."""
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
