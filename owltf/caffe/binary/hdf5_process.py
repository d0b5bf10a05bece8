"""A process that reads rows of HDF5 files, in whose place this one never crashes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.caffe.binary.hdf5_layout import SECONDS, child_command, crash
from owltf.errors import OwltfError

_HEAD = 8
_BLOCK = 1 << 20


class Hdf5Process:
    """Reads rows by libhdf5, in a process that is started for the first rows.

    Chunks and what they are packed with are a file's own programs for libhdf5, which it can crash
    on. The process ends with this object, or with ours.
    """

    def __init__(self) -> None:
        self._process: Any = None

    def read(
        self, path: Path, name: str, start: int, stop: int, output: npt.NDArray[np.float32]
    ) -> None:
        """Fill an array with the rows of a dataset from `start` to `stop`.

        Raises:
            OwltfError: if libhdf5 cannot read them, crashes on them or takes too long.
        """
        if self._process is None:
            self._process = _started()
            # At exit a thread may be reading from it still; with our end of its input it ends.
            weakref.finalize(self, _end, self._process).atexit = False
        self._ask(path, [str(path.absolute()), name, start, stop])
        size = int.from_bytes(self._take(path, _HEAD), "little", signed=True)
        content = self._take(path, abs(size))
        if size < 0:
            raise OwltfError(f"{path}: {content.decode(errors='replace')}")
        if size != output.nbytes:
            raise OwltfError(f"{path}: {name} has changed while it was read")
        output[:] = np.frombuffer(content, np.float32).reshape(output.shape)

    def _ask(self, path: Path, wanted: Any) -> None:
        try:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        except BrokenPipeError:
            raise self._dead(path) from None

    def _take(self, path: Path, size: int) -> bytearray:
        """Return as many bytes of the answer."""
        pipe, until = self._process.stdout.fileno(), time.monotonic() + SECONDS
        found = bytearray()
        while len(found) < size:
            ready, _, _ = select.select([pipe], [], [], max(until - time.monotonic(), 0))
            if not ready:
                _end(self._process)
                raise OwltfError(f"{path}: corrupt: libhdf5 was not done after {SECONDS} s")
            part = os.read(pipe, min(size - len(found), _BLOCK))
            if not part:
                raise self._dead(path)
            found += part
        return found

    def _dead(self, path: Path) -> OwltfError:
        status = self._process.wait()
        reason = crash(status) if status < 0 else f"libhdf5 cannot read it (status {status})"
        return OwltfError(f"{path}: truncated or corrupt: {reason}")


def _started() -> Any:
    command, environment = child_command("rows")
    # In a session of its own, a Ctrl-C does not reach it: a run finishes its iteration.
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
        start_new_session=True,
    )


def _end(process: Any) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            pipe.close()
    process.wait()
