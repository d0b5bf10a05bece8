"""Writes lines to the standard error in glog's form, which the scripts for Caffe's logs read."""

from __future__ import annotations

import getpass
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime
from io import TextIOBase
from pathlib import Path
from typing import Any, TextIO

from owltf.api import OwltfError

INFO, WARNING, ERROR, FATAL = "IWEF"
_LINE = re.compile(r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ \S+:\d+\] ")
_FORMAT = "Log line format: [IWEF]mmdd hh:mm:ss.uuuuuu threadid file:line] msg"


class Glog:
    """The log of a program.

    Args:
        source: the source file that lines are said to come from: "solver.cpp".
        flags: glog's flags.
        stderr: where lines go.
    """

    def __init__(self, source: str, flags: Mapping[str, Any], stderr: TextIO) -> None:
        self.source = source
        self._least = int(flags["minloglevel"]) or int(_variable("minloglevel") or 0)
        self._file: TextIO | None = None
        self._outputs = [stderr]
        folder = str(flags["log_dir"] or _variable("log_dir"))
        if folder:
            self._file = _log_file(Path(folder), source.partition(".")[0])
            self._outputs.append(self._file)

    def write(self, line: str, level: str = INFO) -> None:
        """Write a line; one that has glog's form already is left as it is."""
        if "IWEF".index(level) < min(self._least, "IWEF".index(FATAL)):
            return
        front = "" if _LINE.match(line) else f"{self._front(level)} "
        for output in self._outputs:
            output.write(f"{front}{line}\n")
            output.flush()

    def close(self) -> None:
        """Close the log file, if there is one."""
        if self._file is not None:
            self._file.close()

    @contextmanager
    def instead_of_output(self) -> Iterator[None]:
        """Let everything that a `with` block prints go to the log."""
        with ExitStack() as stack:
            streams: list[Any] = [_Lines(self, INFO), _Lines(self, WARNING)]
            stack.enter_context(redirect_stdout(streams[0]))
            stack.enter_context(redirect_stderr(streams[1]))
            for stream in streams:
                stack.callback(stream.end)
            yield

    def _front(self, level: str) -> str:
        now = datetime.now()
        return f"{level}{now:%m%d %H:%M:%S.%f} {os.getpid():5} {self.source}:1]"


class _Lines(TextIOBase):
    """A text stream whose lines go to a log."""

    encoding = "utf-8"

    def __init__(self, log: Glog, level: str) -> None:
        self._log, self._level, self._rest = log, level, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._log.write(line, self._level)
        return len(text)

    def end(self) -> None:
        """Write what has no end of a line."""
        if self._rest:
            self.write("\n")


def _variable(flag: str) -> str:
    """Return the value of the environment variable that stands for one of glog's flags."""
    return os.environ.get(f"GLOG_{flag}", "")


def _log_file(folder: Path, program: str) -> TextIO:
    """Return a new log file, named as glog names it, with glog's link to the newest one."""
    now = datetime.now()
    host, user = socket.gethostname(), getpass.getuser()
    name = f"{program}.{host}.{user}.log.INFO.{now:%Y%m%d-%H%M%S}.{os.getpid()}"
    try:
        file = (folder / name).open("w")
        link = folder / f"{program}.INFO"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
    except OSError as error:
        raise OwltfError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    file.write(f"Log file created at: {now:%Y/%m/%d %H:%M:%S}\nRunning on machine: {host}\n")
    file.write(f"{_FORMAT}\n")
    return file


def stderr_log(source: str, flags: Mapping[str, Any]) -> Glog:
    """Return a log that writes to the standard error."""
    return Glog(source, flags, sys.stderr)
