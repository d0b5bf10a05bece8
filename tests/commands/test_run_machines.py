"""The same command in several processes on this machine, as on several machines."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
from run_case import Case

pytestmark = pytest.mark.slow

# Time for TensorFlow to start on a machine that has other work.
PATIENCE = 240
LOST = 60


@contextmanager
def workers(count: int, *args: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Start `owltf run` in several processes, which end with the block."""
    addresses = free_addresses(count)
    with ExitStack() as stack:
        started = []
        for index in range(count):
            task = {"type": "worker", "index": index}
            config = json.dumps({"cluster": {"worker": addresses}, "task": task})
            process = subprocess.Popen(
                [sys.executable, "-m", "owltf", "run", *args, "--plain"],
                env={**os.environ, "TF_CONFIG": config, "OWLTF_PLUGINS": "none"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(process)
        yield started


def free_addresses(count: int) -> list[str]:
    with ExitStack() as stack:
        servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        for server in servers:
            stack.enter_context(server)
        return [f"127.0.0.1:{server.getsockname()[1]}" for server in servers]


def wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.1)


def assert_close(got: dict[str, list[np.ndarray]], wanted: dict[str, list[np.ndarray]]) -> None:
    assert got.keys() == wanted.keys()
    for name, blobs in wanted.items():
        for index, blob in enumerate(blobs):
            assert abs(got[name][index] - blob).max() < 1e-6, (name, index)


def test_three_processes_train_as_one(case: Case) -> None:
    """A batch of four is split 2, 1, 1; each process crops, mirrors and drops out its rows."""
    assert case.run().exit_code == 0
    alone = case.weights("snap_iter_6.caffemodel")
    case.remove_snapshots()
    with workers(3, "solver.prototxt") as processes:
        told = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert told[0][0].splitlines()[-1].endswith("] Optimization Done.")
    assert [out for out, _ in told[1:]] == ["", ""]
    assert "reports and writes the files" in told[2][1]
    assert_close(case.weights("snap_iter_6.caffemodel"), alone)


def test_a_lost_worker_ends_the_others_and_the_run_is_resumed(case: Case) -> None:
    case.change("solver.prototxt", {"max_iter: 6": "max_iter: 9"})
    assert case.run().exit_code == 0
    alone = case.weights("snap_iter_9.caffemodel")
    case.remove_snapshots()
    endless = {"max_iter: 9": "max_iter: 1000000", "snapshot: 3": "snapshot: 6"}
    case.change("solver.prototxt", endless)
    with workers(2, "solver.prototxt") as (chief, worker):
        wait_for(Path("snap_iter_6.solverstate"))
        worker.send_signal(signal.SIGKILL)
        start = time.monotonic()
        _, said = chief.communicate(timeout=LOST)
    assert time.monotonic() - start < LOST
    assert chief.returncode == 2
    assert "was lost, and training cannot go on without it; the last snapshot, snap_iter" in said
    # The two may have gone on for some iterations before the one was killed.
    for path in {*Path().glob("snap_iter_*")} - {*Path().glob("snap_iter_6.*")}:
        path.unlink()
    case.change("solver.prototxt", {"max_iter: 1000000": "max_iter: 12", "val: 3": "val: 9"})
    # The chief alone is told of tests; both end.
    resumed = ("solver.prototxt", "--resume", "auto", "--stop-when", "accuracy >= 0")
    with workers(2, *resumed) as processes:
        told = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    assert "Optimization stopped early.\n" in told[0][0]
    assert "accuracy >= 0: accuracy is" in told[0][0].splitlines()[-1]
    assert_close(case.weights("snap_iter_9.caffemodel"), alone)


def test_a_worker_that_never_comes_is_named(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = {"worker": free_addresses(2)}
    config = {"cluster": cluster, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    result = case.run("solver.prototxt", "--wait-for-workers", "0.2")
    assert result.exit_code == 2
    assert "did not come within 0.2 seconds" in result.stderr
