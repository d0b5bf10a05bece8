"""A program ends, whatever its readers are doing and whoever still holds their pipelines."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from owltf.data import stop_readers

READS_AT_EXIT = """
import time
from types import SimpleNamespace
import numpy as np, tensorflow as tf
from owltf.data.pipeline import read_ahead, read_chunks

def read(number):
    time.sleep({seconds})
    return [np.float32(number), np.array([b"a", b"b"])]

def run():
    layer = SimpleNamespace(failure=None)
    specs = [tf.TensorSpec([], tf.float32), tf.TensorSpec([None], tf.string)]
    batches = iter(read_ahead(read_chunks(layer, read, 0, 1, specs), 9))
    step = tf.function(lambda: next(batches))
    print(step()[0].numpy())
    return batches, step

{run}
"""


@pytest.mark.parametrize("run", ["run()", "kept = run()"])
@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_program_ends_while_a_reader_reads(run: str, seconds: float) -> None:
    command = [sys.executable, "-c", READS_AT_EXIT.format(run=run, seconds=seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "0.0\n")


def comes_true(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    return time.monotonic() < end


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc")
def test_threads_that_run_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that rests is told from one that computes; of others nothing is known here."""
    begin, end = Event(), Event()

    def work() -> None:
        begin.wait()
        while not end.is_set():
            hashlib.pbkdf2_hmac("sha256", b"a", b"b", 100_000)

    thread = Thread(target=work)
    thread.start()
    file = Path(f"/proc/self/task/{thread.native_id}")
    assert comes_true(lambda: not stop_readers._is_running(file))
    begin.set()
    assert comes_true(lambda: stop_readers._is_running(file))
    assert comes_true(stop_readers._others_run)
    end.set()
    thread.join()
    # Python is done with a thread a moment before the system is.
    assert comes_true(lambda: not stop_readers._is_running(file))
    monkeypatch.setattr(stop_readers, "_THREADS", Path("/nowhere"))
    assert not stop_readers._others_run()


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def call(readers: stop_readers._Readers) -> None:
    readers.count(1)
    readers.count(-1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stop_readers, "time", made)
    return made


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("calls", [0, 1])
def test_how_long_readers_are_waited_for(
    others: bool, calls: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at all if there is none; a second at most for threads that never rest."""
    monkeypatch.setattr(stop_readers, "_others_run", lambda: others)
    readers = stop_readers._Readers()
    for _ in range(calls):
        call(readers)
    readers.stop()
    assert clock.now - 100 == pytest.approx(calls * (1 if others else 0.05), abs=0.011)


def test_readers_that_are_called_again_and_again_are_waited_for(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = stop_readers._Readers()

    def others() -> bool:
        if clock.now < 103:
            call(readers)
        return clock.now < 103

    call(readers)
    monkeypatch.setattr(stop_readers, "_others_run", others)
    sleep = clock.sleep
    monkeypatch.setattr(clock, "sleep", lambda seconds: (sleep(seconds), others()))
    readers.stop()
    assert 103 < clock.now < 103.2
