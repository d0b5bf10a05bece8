"""Commands that end when a signal asks for it: between two batches, or within a second."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click

from owltf.signals.signal_thread import leave_at_once, signals_to
from owltf.stop_flag import Stopped, check_stopped, set_stopped, stopped_by

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MESSAGE = "owltf: interrupted"
# So long a command may take to its next batch.
_SECONDS = 1.0


class StoppableCommand(click.Command):
    """A command that SIGINT, SIGTERM and SIGHUP end with the status 130, 143 or 129.

    It is stopped where `check_stopped` is called, as between batches and before a file gets its
    name; after a second, or at the next signal, it ends wherever it is. Files that `atomic_outputs`
    writes are then absent, or as they were.
    """

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        with stoppable():
            return super().invoke(context)


@contextmanager
def stoppable() -> Iterator[None]:
    """End a `with` block, and the process, when a signal asks for it; see `StoppableCommand`.

    A signal that is ignored, as under `nohup`, stays so.
    """
    # Starting TensorFlow points the file descriptor 2 elsewhere.
    stderr = os.dup(2)
    asking = [number for number in _ASKING if signal.getsignal(number) != signal.SIG_IGN]
    timers: list[threading.Timer] = []
    try:
        with signals_to(partial(_take, stderr, timers), asking):
            yield
        check_stopped()
    except Stopped:
        os.write(stderr, f"{_MESSAGE}\n".encode())
        raise
    finally:
        for timer in timers:
            timer.cancel()
        set_stopped(0)
        os.close(stderr)


def _take(stderr: int, timers: list[threading.Timer], number: int) -> None:
    if stopped_by():
        leave_at_once(number, _MESSAGE, stderr)
    set_stopped(number)
    timers.append(threading.Timer(_SECONDS, leave_at_once, (number, _MESSAGE, stderr)))
    timers[-1].daemon = True
    timers[-1].start()
