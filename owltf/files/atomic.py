"""Writes a file or a folder completely or not at all, whatever interrupts the writing."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path

from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irreplaceable
from owltf.files.replaceable_folder import refuse_foreign_folder
from owltf.files.temporary_name import is_left_over, temporary_prefix
from owltf.stop_flag import check_stopped

_unfinished: set[Path] = set()
# Held while files are made or renamed, which a process that ends at once waits for.
_renaming = threading.RLock()
# Signals whose default action ends the process without running `finally`.
_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Provide a temporary file for a `with` block, and rename it to `path` at the block's end.

    The file is synced before it is renamed and the folder after, so that a power cut leaves the old
    file or the new one. If the block fails, also by an interrupt or a signal, the file is removed.

    Raises:
        OwltfError: if the folder does not exist, the disk is full, the path is that of a device, a
            pipe or a link to an open file (`/dev/stdout`), which a rename would replace, or the
            file cannot be written for another reason of the system.
    """
    refuse_irreplaceable(path)
    remove_left_over(path.parent, lambda name: name == path.name)
    with _writing(_final(path)):
        with _ended_by_signals(), _temporary(path) as temporary:
            yield temporary
            temporary.chmod(_usual_mode(path))
            _sync(temporary)
            check_stopped()
            temporary.replace(path)
        _sync(path.parent)


@contextmanager
def atomic_outputs(path: Path) -> Iterator[Path]:
    """Provide a path in a temporary folder, and move all that a `with` block wrote there to `path`.

    The block may write a file or a folder of that name, and more files beside it: they are moved
    beside `path`, and `path` itself last. Existing files stay until then. If the block fails, also
    by an interrupt or a signal, everything it wrote is removed. A folder that is there is replaced
    if the new one has all of its files, or if it is a database, an imageset or a SavedModel.

    Raises:
        OwltfError: if the folder above does not exist, the disk is full, or something cannot be
            written for another reason of the system.
    """
    with atomic_output_group([path]) as (temporary,):
        yield temporary


@contextmanager
def atomic_output_group(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Provide a path in a temporary folder for each of several, as `atomic_outputs` does for one.

    Nothing is moved before everything is written and synced.

    Raises:
        OwltfError: as `atomic_outputs`.
    """
    with ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        folders = {path: stack.enter_context(_folder_for(path)) for path in paths}
        with _writing(", ".join(map(str, paths))):
            yield [folder / path.name for path, folder in folders.items()]
            for file in chain.from_iterable(folder.rglob("*") for folder in folders.values()):
                _sync(file)
            with _renaming:
                check_stopped()
                for path, folder in folders.items():
                    _refuse_loss(folder, path)
                for path, folder in folders.items():
                    _move(folder, path)
            for parent in {path.parent for path in paths}:
                _sync(parent)


@contextmanager
def _folder_for(path: Path) -> Iterator[Path]:
    refuse_irreplaceable(path)
    remove_left_over(path.parent, lambda name: name == path.name)
    with ExitStack() as stack:
        with _writing(str(path)):
            folder = stack.enter_context(_temporary_folder(path))
        yield folder


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """Turn the system's errors into one that names what is written."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OwltfError(f"{what}: cannot be written: {reason}") from error


def _final(path: Path) -> str:
    """Return where a file will be that is written into a temporary folder of this process."""
    inside = path.parent in _unfinished
    return str(path.parent.parent / path.name if inside else path)


def _refuse_loss(folder: Path, path: Path) -> None:
    """Refuse to move what is in a temporary folder where a folder of other things would be lost."""
    for written in folder.iterdir():
        older = path.parent / written.name
        if older.is_dir() and not written.is_dir():
            raise OwltfError(f"{older} is a folder, which no file replaces; give another name")
        if older.is_dir() and not _files(older) <= _files(written):
            refuse_foreign_folder(older)


def _move(folder: Path, path: Path) -> None:
    for written in sorted(folder.iterdir(), key=lambda each: each.name == path.name):
        _replace(written, path.parent / written.name)


@contextmanager
def _temporary_folder(path: Path) -> Iterator[Path]:
    with _renaming:
        folder = Path(tempfile.mkdtemp(prefix=temporary_prefix(path.name), dir=path.parent))
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


def _files(folder: Path) -> set[Path]:
    return {each.relative_to(folder) for each in folder.rglob("*") if not each.is_dir()}


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
    with _renaming:
        handle, name = tempfile.mkstemp(prefix=temporary_prefix(path.name), dir=path.parent)
        _unfinished.add(Path(name))
    os.close(handle)
    try:
        yield Path(name)
    finally:
        # After a rename there is nothing left to remove.
        Path(name).unlink(missing_ok=True)
        _unfinished.discard(Path(name))


def remove_unfinished() -> None:
    """Remove all temporary files and folders, for a process that ends without `finally` blocks."""
    with _renaming:
        for path in tuple(_unfinished):
            _remove(path)


def remove_left_over(folder: Path, belongs: Callable[[str], bool]) -> None:
    """Remove the temporary files and folders of processes that were killed.

    What a process of this machine that still runs, or one of another machine, is writing stays. So
    does what cannot be removed.

    Args:
        folder: where they lie.
        belongs: whether a file's final name is one of those to look for.
    """
    with _renaming, suppress(OSError):
        for path in folder.iterdir():
            if path not in _unfinished and is_left_over(path.name, belongs):
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


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
