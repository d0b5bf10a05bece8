"""Signals reach a function whatever the main thread does."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading

import pytest

from owltf.signals.signal_thread import signals_to


def test_a_signal_is_taken_by_a_thread_and_handlers_are_given_back() -> None:
    before, taken, came = signal.getsignal(signal.SIGHUP), [], threading.Event()

    def take(number: int) -> None:
        taken.append((number, threading.current_thread() is threading.main_thread()))
        came.set()

    with signals_to(take, (signal.SIGHUP,)):
        assert signal.getsignal(signal.SIGHUP) is not before
        os.kill(os.getpid(), signal.SIGHUP)
        assert came.wait(5)
    assert taken == [(signal.SIGHUP, False)]
    assert signal.getsignal(signal.SIGHUP) is before


def test_other_threads_catch_nothing() -> None:
    before = signal.getsignal(signal.SIGHUP)

    def work() -> None:
        with signals_to(lambda number: None, (signal.SIGHUP,)):
            assert signal.getsignal(signal.SIGHUP) is before

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


LEAVE = "from owltf.signals.signal_thread import leave_at_once; leave_at_once(2, 'left')"


@pytest.mark.parametrize(
    ("kind", "written"), [("xterm", b"\x1b[?25h\r\x1b[2Kleft\r\n"), ("dumb", b"left\r\n")]
)
def test_who_leaves_at_once_leaves_no_half_line(kind: str, written: bytes) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", LEAVE]
    environment = {**os.environ, "TERM": kind}
    assert subprocess.run(command, stderr=theirs, env=environment, check=False).returncode == 130
    assert os.read(ours, 100) == written
    os.close(ours)
    os.close(theirs)
