"""Joins the processes of a cluster to one strategy of TensorFlow's, without waiting forever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import tensorflow as tf

from owltf.runtime.cluster import Cluster
from owltf.runtime.meet_peers import meet_peers
from owltf.runtime.replicas import Replicas

# Every process has just answered, so that to connect takes moments.
_CONNECT_SECONDS = 60
# It must end this process while TensorFlow holds the interpreter's lock.
_GUARD = """
import os, select, sys
if not select.select([0], [], [], float(sys.argv[1]))[0]:
    os.write(2, sys.argv[2].encode())
    os.kill(int(sys.argv[3]), 9)
"""
_LOST = (
    "owltf: error: a worker was lost while TensorFlow connected to it; start all workers again\n"
)


def join_cluster(cluster: Cluster, seconds: float) -> Any:
    """Return the strategy of a cluster; all its processes call this at about the same time.

    Args:
        cluster: the processes.
        seconds: how long to wait for those that have not started yet.

    Raises:
        OwltfError: if one does not come in time.
    """

    def say(line: str) -> None:
        print(f"owltf: {line}", file=sys.stderr, flush=True)

    meet_peers(cluster, seconds, say)
    if not cluster.is_chief:
        say(f"{cluster.name(cluster.index)} joins; {cluster.name(0)} reports and writes the files")
    with _ended_if_stuck(_CONNECT_SECONDS), _own_handlers():
        return tf.distribute.MultiWorkerMirroredStrategy()


def leave_cluster(devices: Replicas, status: int) -> NoReturn:
    """End this process when all others have come to their end, too.

    TensorFlow's own way to leave takes ten seconds, and fails in those who come after the chief.

    Args:
        devices: the replicas of the run.
        status: the exit status.
    """
    # What was exchanged last may not reach this process when the others have it and are gone.
    with suppress(tf.errors.OpError):
        devices.of_all(status)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status)


@contextmanager
def _ended_if_stuck(seconds: float) -> Iterator[None]:
    """Kill this process if the block takes too long, and say why."""
    command = [sys.executable, "-I", "-S", "-c", _GUARD, str(seconds), _LOST, str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as guard:
        try:
            yield
        finally:
            # The guard ends when its input does.
            guard.communicate()


@contextmanager
def _own_handlers() -> Iterator[None]:
    """Put the handler of SIGTERM back that the block's strategy replaces by one of its own."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)
