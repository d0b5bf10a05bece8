"""Writes an LMDB, which grows as its records need."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import lmdb

from owltf.data.target.writer import Pairs, refuse_order

_FIRST_SIZE = 1 << 26
LONGEST_KEY = 511


class LmdbWriter:
    """Writes a new LMDB; it lies in a temporary folder, so nothing is synced before its end."""

    def __init__(self, path: Path) -> None:
        """Make the folder.

        Raises:
            OSError: if it is there, or cannot be made.
        """
        path.mkdir()
        self._database = lmdb.open(str(path), map_size=_FIRST_SIZE, lock=False, sync=False)
        self._last = b""

    def put(self, records: Pairs) -> None:
        """Add records whose keys ascend; a key has at most `LONGEST_KEY` bytes."""
        last = refuse_order(self._last, records)
        size = sum(len(key) + len(value) for key, value in records)
        try:
            self._put(records)
        except lmdb.MapFullError:
            self._database.set_mapsize(2 * (self._database.info()["map_size"] + size))
            self._put(records)
        except lmdb.Error as error:
            raise self._plain(error, size) from error
        self._last = last

    def close(self, *, complete: bool = True) -> None:
        """Close the database."""
        if complete:
            self._database.sync(True)
        self._database.close()

    def _plain(self, error: lmdb.Error, size: int) -> OSError:
        """Return LMDB's error as an OSError; LMDB calls a full disk an input/output error."""
        if shutil.disk_usage(self._database.path()).free < 2 * size:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return OSError(str(error))

    def _put(self, records: Pairs) -> None:
        with self._database.begin(write=True) as transaction:
            for key, value in records:
                transaction.put(key, value, append=True)
