"""Reacts to signals while TensorFlow computes: stops after the iteration, or asks for a snapshot.

A Python handler runs only when the running TensorFlow call returns. So a small thread reads the
number that the C handler writes to a pipe, and sets a variable that the loop's condition reads.
"""

from __future__ import annotations

import os
import signal
import threading
from types import TracebackType
from typing import Any

import tensorflow as tf

from owltf.files import remove_unfinished

STOPPING = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"


class Signals:
    """A context in which SIGINT, SIGTERM and SIGHUP are caught.

    Outside the main thread Python allows no handlers; then nothing is caught.

    Attributes:
        pause: a boolean variable, true when a loop of iterations should return.
        end: a boolean variable, true when the run should end.
        stopped_by: the signal that ends the run, or None.
        snapshot_wanted: whether SIGHUP asked for a snapshot.
    """

    def __init__(self) -> None:
        self.pause = tf.Variable(False, trainable=False, name="pause")
        self.end = tf.Variable(False, trainable=False, name="end")
        self.stopped_by: signal.Signals | None = None
        self.snapshot_wanted = False
        self._old: dict[int, Any] = {}
        self._pipe = (-1, -1)
        self._old_wakeup = -1

    def __enter__(self) -> Signals:
        if threading.current_thread() is not threading.main_thread():
            return self
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._old_wakeup = signal.set_wakeup_fd(self._pipe[1])
        for number in (*STOPPING, signal.SIGHUP):
            self._old[number] = signal.signal(number, _leave_to_thread)
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._old:
            return
        for number, old in self._old.items():
            signal.signal(number, old)
        signal.set_wakeup_fd(self._old_wakeup)
        os.close(self._pipe[1])

    def _read(self) -> None:
        while received := os.read(self._pipe[0], 1):
            self._take(received[0])
        os.close(self._pipe[0])

    def _take(self, number: int) -> None:
        if number == signal.SIGHUP:
            self.snapshot_wanted = True
        elif number in STOPPING:
            if self.stopped_by is not None:
                _leave_at_once(number)
            self.stopped_by = signal.Signals(number)
            self.end.assign(True)
        self.pause.assign(True)

    def snapshot_made(self) -> None:
        """Mark the snapshot that SIGHUP asked for as done, so that training goes on."""
        self.snapshot_wanted = False
        if self.stopped_by is None:
            self.pause.assign(False)


def _leave_to_thread(number: int, frame: Any) -> None:
    """Do nothing: a handler keeps the signal from ending the process; the thread acts on it."""


def _leave_at_once(number: int) -> None:
    remove_unfinished()
    if os.isatty(2):
        os.write(2, _SHOW_CURSOR.encode())
    os.write(2, b"\nowltf: stopped at once; the last snapshot stands\n")
    os._exit(128 + number)
