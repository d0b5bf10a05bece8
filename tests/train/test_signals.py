"""Signals set the variables that loops read."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

from owltf.train.signals import Signals


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_terminate_ends_the_run() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        assert wait_for(lambda: bool(signals.pause.numpy()))
        assert signals.stopped_by == signal.SIGTERM
        assert signals.end.numpy()
        signals.snapshot_made()
        assert signals.pause.numpy()


def test_hangup_wants_a_snapshot_and_goes_on() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        assert wait_for(lambda: bool(signals.pause.numpy()))
        assert signals.snapshot_wanted
        assert not signals.end.numpy()
        signals.snapshot_made()
        assert not signals.pause.numpy()
        assert not signals.snapshot_wanted


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_other_threads_catch_nothing() -> None:
    seen = []

    def work() -> None:
        with Signals() as signals:
            seen.append(signals.stopped_by)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None]


def test_effects_can_be_chosen() -> None:
    with Signals(sigint="snapshot", sighup="stop") as signals:
        os.kill(os.getpid(), signal.SIGINT)
        assert wait_for(lambda: bool(signals.pause.numpy()))
        assert signals.snapshot_wanted
        assert not signals.end.numpy()
        os.kill(os.getpid(), signal.SIGHUP)
        assert wait_for(lambda: bool(signals.end.numpy()))
        assert signals.stopped_by == signal.SIGHUP
    with Signals(sigint="none") as signals:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGHUP)
        assert wait_for(lambda: signals.snapshot_wanted)
        assert signals.stopped_by is None
