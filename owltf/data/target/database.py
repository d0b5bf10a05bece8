"""Writes a database of records, of whichever kind, completely or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from owltf.data.source.database import LEVELDB, LMDB
from owltf.data.target.leveldb import LevelDbWriter
from owltf.data.target.lmdb import LmdbWriter
from owltf.data.target.writer import DatabaseWriter
from owltf.files.atomic import atomic_outputs

WRITERS: dict[str, Callable[[Path], DatabaseWriter]] = {LMDB: LmdbWriter, LEVELDB: LevelDbWriter}


@contextmanager
def write_database(path: Path, backend: str) -> Iterator[DatabaseWriter]:
    """Provide the writer of a new database, which takes its place when the block ends well.

    Args:
        path: the folder of the database; an older one is replaced.
        backend: "LMDB" or "LEVELDB".

    Raises:
        OwltfError: if it cannot be written.
    """
    with atomic_outputs(path) as temporary, open_writer(temporary, backend) as writer:
        yield writer


@contextmanager
def open_writer(path: Path, backend: str) -> Iterator[DatabaseWriter]:
    """Provide the writer of a new database in a place that is temporary already.

    Args:
        path: the folder of the database, which is not there yet.
        backend: "LMDB" or "LEVELDB".
    """
    writer = WRITERS[backend](path)
    try:
        yield writer
    except BaseException:
        # The error that ended the writing is reported, not one that follows from it.
        with suppress(Exception):
            writer.close(complete=False)
        raise
    writer.close()
