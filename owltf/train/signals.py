"""Signals while TensorFlow trains: stop after the iteration, or snapshot and go on.

The thread that gets them sets a variable that the loop's condition reads.
"""

from __future__ import annotations

import signal
from contextlib import ExitStack
from types import TracebackType

import tensorflow as tf

from owltf.signals.signal_thread import leave_at_once, signals_to

STOPPING = (signal.SIGINT, signal.SIGTERM)
STOP, SNAPSHOT, NONE = EFFECTS = ("stop", "snapshot", "none")
_LEFT = "\nowltf: stopped at once; the last snapshot stands"


class Signals:
    """A context in which SIGINT, SIGTERM and SIGHUP are caught.

    Outside the main thread Python allows no handlers; then nothing is caught.

    Args:
        sigint: what SIGINT does: "stop", "snapshot" or "none".
        sighup: what SIGHUP does.

    Attributes:
        pause: a boolean variable, true when a loop of iterations should return.
        end: a boolean variable, true when the run should end.
        stopped_by: the signal that ends the run, or None.
        snapshot_wanted: whether a signal asked for a snapshot.
    """

    def __init__(self, sigint: str = STOP, sighup: str = SNAPSHOT) -> None:
        self._effects = {signal.SIGINT: sigint, signal.SIGTERM: STOP, signal.SIGHUP: sighup}
        self.pause = tf.Variable(False, trainable=False, name="pause")
        self.end = tf.Variable(False, trainable=False, name="end")
        self.stopped_by: signal.Signals | None = None
        self.snapshot_wanted = False
        self._caught = ExitStack()

    def __enter__(self) -> Signals:
        self._caught.enter_context(signals_to(self._take, (*STOPPING, signal.SIGHUP)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._caught.close()

    def _take(self, number: int) -> None:
        effect = self._effects[signal.Signals(number)]
        if effect == NONE:
            return
        if effect == SNAPSHOT:
            self.snapshot_wanted = True
        else:
            if self.stopped_by is not None:
                leave_at_once(number, _LEFT)
            self.stopped_by = signal.Signals(number)
            self.end.assign(True)
        self.pause.assign(True)

    def snapshot_made(self) -> None:
        """Mark the snapshot that a signal asked for as done, so that training goes on."""
        self.snapshot_wanted = False
        if self.stopped_by is None:
            self.pause.assign(False)
