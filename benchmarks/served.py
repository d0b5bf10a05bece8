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
def served(script: Path, words: Sequence[str], *, quiet: bool = False) -> Iterator[Program]:
    """Start a script that calls `serve`, and return its program; inside, it waits for steps.

    The program raises RuntimeError with the script's own reason where a step fails.

    Args:
        script: the script.
        words: its arguments.
        quiet: whether what it says beside its answers is lost.
    """
    command = [sys.executable, str(script), *words]
    others = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=others, text=True) as process:
        given, told = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

        def run(steps: int) -> None:
            given.write(f"{steps}\n")
            given.flush()
            answer = told.readline().strip()
            if answer != _DONE:
                ended = f"{' '.join(command)} ended before its steps were done"
                raise RuntimeError(answer or ended)

        yield run
        given.close()


def serve(program: Program) -> None:
    """Make the steps that the process which started this one asks for, until it asks no more."""
    for line in sys.stdin:
        try:
            program(int(line))
        except Exception as error:
            print(str(error).strip().partition("\n")[0], flush=True)
            raise
        print(_DONE, flush=True)


def printed(script: Path, words: Sequence[str]) -> Any:
    """Return the last line that a script prints."""
    command = [sys.executable, str(script), *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]
