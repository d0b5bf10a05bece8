"""A program in a process of its own, which makes steps when it is told to.

Programs that cannot share a process, as they want other numbers of threads, or two libraries that
crash together, take turns so all the same.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from turns import Program

_DONE = "done"


@contextmanager
def served(script: Path, words: Sequence[str]) -> Iterator[Program]:
    """Start a script that calls `serve`, and return its program; inside, it waits for steps.

    Args:
        script: the script.
        words: its arguments.
    """
    command = [sys.executable, str(script), *words]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        given, told = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

        def run(steps: int) -> None:
            given.write(f"{steps}\n")
            given.flush()
            if told.readline().strip() != _DONE:
                raise RuntimeError(f"{' '.join(command)} ended before its steps were done")

        yield run
        given.close()


def serve(program: Program) -> None:
    """Make the steps that the process which started this one asks for, until it asks no more."""
    for line in sys.stdin:
        program(int(line))
        print(_DONE, flush=True)


def printed(script: Path, words: Sequence[str]) -> Any:
    """Return the last line that a script prints."""
    command = [sys.executable, str(script), *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]
