"""To join a cluster ends one way or the other; tests/commands/test_run_machines.py does it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import tensorflow as tf

from owltf.runtime.cluster import Cluster
from owltf.runtime.machines import _ended_if_stuck, _own_handlers, leave_cluster
from owltf.runtime.replicas import Replicas

STUCK = """
import time
from owltf.runtime.machines import _ended_if_stuck
with _ended_if_stuck(0.2):
    # Sleeping in one call of C, as TensorFlow does; but it holds the lock, too.
    time.sleep(60)
"""


@pytest.mark.slow
def test_a_process_that_is_stuck_is_ended_with_a_word() -> None:
    result = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True)
    assert result.returncode == -signal.SIGKILL
    assert result.stderr.endswith("connected to it; start all workers again\n")


def test_a_process_that_gets_on_is_left_alone() -> None:
    with _ended_if_stuck(60):
        pass


def test_the_handler_of_sigterm_stays_ours() -> None:
    def ours(*args: object) -> None:
        """Do nothing."""

    before = signal.signal(signal.SIGTERM, ours)
    try:
        with _own_handlers():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGTERM) is ours
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("status", [0, 143])
def test_a_process_whose_peers_left_first_ends_with_its_own_status(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def gone(self: Replicas, number: int) -> list[int]:
        raise tf.errors.UnavailableError(None, None, "Socket closed")

    ended: list[int] = []
    monkeypatch.setattr(Replicas, "of_all", gone)
    monkeypatch.setattr("os._exit", ended.append)
    leave_cluster(
        Replicas(tf.distribute.get_strategy(), cluster=Cluster(("a:1", "b:1"), 0)), status
    )
    assert ended == [status]
