"""Lets a command go on when its standard output is closed, or the disk behind it is full."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO

_STDOUT, _STDERR = 1, 2


class _PatientFile(FileIO):
    """A file whose first failed write is told, and the others are left out.

    Attributes:
        problem: the first failure.
    """

    problem: OSError | None = None

    def write(self, data: Any) -> int:
        """Write bytes; none once a write has failed."""
        if self.problem is None:
            try:
                return super().write(data) or 0
            except BlockingIOError:
                raise
            except OSError as error:
                self.problem = error
                self._tell(error)
        return len(memoryview(data))

    def _tell(self, error: OSError) -> None:
        if self.fileno() == _STDOUT:
            reason = str(error.strerror).lower()
            line = f"owltf: the output cannot be written ({reason}); going on without it\n"
            with suppress(OSError):
                os.write(_STDERR, line.encode())


class PatientOutput:
    """The standard output and error of a command that goes on without them."""

    def __init__(self) -> None:
        """Take the places of `sys.stdout` and `sys.stderr`."""
        _open_closed()
        self._files = [_PatientFile(number, "w", closefd=False) for number in (_STDOUT, _STDERR)]
        sys.stdout, sys.stderr = map(_text, self._files, (sys.stdout, sys.stderr))

    def failed(self) -> bool:
        """Return whether something was lost, but for a reader that wanted no more of it."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        problem = self._files[0].problem
        return problem is not None and problem.errno != errno.EPIPE


def _text(file: _PatientFile, before: TextIO | None) -> TextIOWrapper:
    return TextIOWrapper(
        BufferedWriter(file),
        encoding=getattr(before, "encoding", None),
        errors=getattr(before, "errors", None) or "backslashreplace",
        line_buffering=file.isatty() or file.fileno() == _STDERR,
    )


def _open_closed() -> None:
    """Give closed streams a place, as else the next file that is opened would be printed into.

    That of the standard output cannot be written, so that what is lost is told.
    """
    for number in (0, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == _STDOUT else os.O_RDWR)
