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
    assert not stop_readers._is_running(file)
    monkeypatch.setattr(stop_readers, "_THREADS", Path("/nowhere"))
    assert not stop_readers._others_run()


def test_threads_that_never_rest_are_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_readers, "_others_run", lambda: True)
    readers, start = stop_readers._Readers(), time.monotonic()
    readers.stop()
    assert time.monotonic() - start < 0.5
    readers.count(1)
    readers.count(-1)
    readers.stop()
    assert 0.9 < time.monotonic() - start < 20
