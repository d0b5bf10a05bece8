"""Signals while TensorFlow trains: stop after the iteration, or snapshot and go on.

The thread that gets them sets a variable that the loop's condition reads.
"""

from __future__ import annotations

import signal
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import tensorflow as tf

from owltf.runtime.replicas import Replicas
from owltf.signals.signal_thread import leave_at_once, signals_to

STOPPING = (signal.SIGINT, signal.SIGTERM)
STOP, SNAPSHOT, NONE = EFFECTS = ("stop", "snapshot", "none")
_LEFT = "owltf: stopped at once; the last snapshot stands"


class Signals:
    """A context in which SIGINT, SIGTERM and SIGHUP are caught.

    Outside the main thread Python allows no handlers; then nothing is caught.

    On several machines a signal may reach one process, or all; `agree` tells the others.

    Args:
        sigint: what SIGINT does: "stop", "snapshot" or "none".
        sighup: what SIGHUP does.
        replicas: where the run computes.

    Attributes:
        pause: a boolean variable, true when a loop of iterations should return.
        end: a boolean variable, true when the run should end.
    """

    def __init__(
        self, sigint: str = STOP, sighup: str = SNAPSHOT, replicas: Replicas | None = None
    ) -> None:
        self._effects = {signal.SIGINT: sigint, signal.SIGTERM: STOP, signal.SIGHUP: sighup}
        self.pause = tf.Variable(False, trainable=False, name="pause")
        self.end = tf.Variable(False, trainable=False, name="end")
        self._replicas = replicas if replicas and replicas.cluster else None
        # What this process received, and what all agreed on.
        self._received, self._agreed = _Wishes(), _Wishes()
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

    @property
    def stopped_by(self) -> signal.Signals | None:
        """The signal that ends the run, or None."""
        number = self._wishes.stop
        return signal.Signals(number) if number else None

    @property
    def snapshot_wanted(self) -> bool:
        """Whether a signal asked for a snapshot."""
        return self._wishes.snapshot

    @property
    def _wishes(self) -> _Wishes:
        return self._agreed if self._replicas else self._received

    def agree(self) -> None:
        """Learn what other processes received; all must call this after the same iteration."""
        if self._replicas is None:
            return
        wishes = _Wishes(self._received.stop, self._received.snapshot)
        self._agreed.stop = max(self._replicas.of_all(wishes.stop))
        self._agreed.snapshot = any(self._replicas.of_all(wishes.snapshot))
        if self._agreed.stop:
            self.end.assign(True)
            self.pause.assign(True)

    def _take(self, number: int) -> None:
        effect = self._effects[signal.Signals(number)]
        if effect == NONE:
            return
        if effect == SNAPSHOT:
            self._received.snapshot = True
        else:
            if self._received.stop:
                leave_at_once(number, _LEFT)
            self._received.stop = number
            self.end.assign(True)
        self.pause.assign(True)

    def snapshot_made(self) -> None:
        """Mark the snapshot that a signal asked for as done, so that training goes on."""
        self._received.snapshot = self._agreed.snapshot = False
        if not self._received.stop:
            self.pause.assign(False)


@dataclass
class _Wishes:
    """The number of the signal that ends the run, 0 if none does; whether a snapshot is wanted."""

    stop: int = 0
    snapshot: bool = False
