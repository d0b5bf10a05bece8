"""Signals to `owltf run`, in a process of its own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from run_case import Case, without_prefix

from owltf.registry.markers import hookimpl
from owltf.train.report.lines import LineReport

WITHOUT_TESTS = {"test_iter: 2\ntest_interval: 3\n": "", "snapshot: 3\n": ""}
ENDLESS = {"max_iter: 6": "max_iter: 1000000", "display: 2": "display: 1000000"}
SNAPSHOT = ["caffemodel", "json", "solverstate"]


class Run:
    """`owltf run solver.prototxt`, going on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def wait_for(self, start: str) -> str:
        """Read lines up to one that starts so."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(without_prefix(line.rstrip("\n")))
            if self.lines[-1].startswith(start):
                return self.lines[-1]
        raise AssertionError(f"no line starts with {start!r}: {self.lines}")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Wait for the end and give the exit status and what stands on stderr."""
        output, errors = self.process.communicate(timeout=60)
        self.lines += map(without_prefix, output.splitlines())
        return self.process.returncode, errors


@contextmanager
def running(*args: str) -> Iterator[Run]:
    command = [sys.executable, "-m", "owltf", "run", "solver.prototxt", *args]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Run(process)
        finally:
            process.kill()


def snapshot_files(iteration: int) -> set[str]:
    return {f"snap_iter_{iteration}.{suffix}" for suffix in SNAPSHOT}


def files(case: Case) -> set[str]:
    return {path.name for path in case.folder.iterdir()} - {
        "net.prototxt",
        "solver.prototxt",
        "train_lmdb",
        "snap_history.jsonl",
    }


def test_a_run_is_stopped_and_resumed(case: Case) -> None:
    """In the midst of a million iterations; the end is that of a run that was not stopped."""
    flags = ["--cpu-replicas", "1", "--batch-per-gpu"]
    case.change("solver.prototxt", {**WITHOUT_TESTS, **ENDLESS})
    with running(*flags) as run:
        run.wait_for("Iteration 0, lr")
        run.send(signal.SIGINT)
        assert run.end() == (130, "")
    iteration, command = stopped(run.lines[-1])
    again = [*flags, "--resume", f"snap_iter_{iteration}.solverstate"]
    assert command == ["owltf", "run", "solver.prototxt", *again]
    assert files(case) == snapshot_files(iteration)

    case.change("solver.prototxt", {"max_iter: 1000000": f"max_iter: {iteration + 3}"})
    case.lines(*command[2:])
    resumed = case.contents()
    case.lines("solver.prototxt", *flags)
    assert files(case) == snapshot_files(iteration) | snapshot_files(iteration + 3)
    whole = case.contents()
    for name in snapshot_files(iteration + 3):
        assert whole[name] == resumed[name], name


def test_hangup_makes_a_snapshot_and_terminate_ends_the_run(case: Case) -> None:
    case.change("solver.prototxt", {**WITHOUT_TESTS, **ENDLESS})
    with running() as run:
        run.wait_for("Iteration 0, lr")
        run.send(signal.SIGHUP)
        told = run.wait_for("Snapshotting solver state")
        first = int(told.rpartition("_")[2].removesuffix(".solverstate"))
        time.sleep(1)
        run.send(signal.SIGTERM)
        assert run.end() == (143, "")
    second, _ = stopped(run.lines[-1])
    assert second > first > 0
    assert files(case) == snapshot_files(first) | snapshot_files(second)


def stopped(line: str) -> tuple[int, list[str]]:
    """Give the iteration and the words of the command from the last line of a stopped run."""
    told, command = line.split("; resume with: ")
    return int(told.removeprefix("Stopped at iteration ")), shlex.split(command)


@pytest.fixture
def interrupt_test(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Send SIGINT to this process when the test of an iteration and a net begins, once."""

    def interrupt(iteration: int, index: int) -> None:
        left = [(iteration, index)]

        @hookimpl
        def testing(report: LineReport, iteration: int, net_index: int) -> None:
            if (iteration, net_index) in left:
                left.remove((iteration, net_index))
                os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(LineReport, "owltf_testing", testing)

    return interrupt


def test_a_signal_in_a_test_keeps_the_updates_before_it(
    case: Case, interrupt_test: Callable[[int, int], None]
) -> None:
    """The resumed run tests again, with the same records."""
    case.change("solver.prototxt", {"test_iter: 2": "test_iter: 2 test_iter: 3"})
    case.change("solver.prototxt", {"test_interval: 3": "test_interval: 2"})
    case.lines()
    whole = case.contents()
    for path in case.folder.glob("snap_*"):
        path.unlink()
    interrupt_test(2, 1)
    result = case.run()
    assert result.exit_code == 130
    iteration, command = stopped(without_prefix(result.stdout.splitlines()[-1]))
    assert (iteration, files(case)) == (2, snapshot_files(2))
    case.lines(*command[2:])
    assert {name: case.contents()[name] for name in whole} == whole


def test_a_signal_before_the_first_update_leaves_nothing(
    case: Case, interrupt_test: Callable[[int, int], None]
) -> None:
    case.change("solver.prototxt", {"test_iter: 2": "test_iter: 1000000"})
    interrupt_test(0, 0)
    result = case.run()
    last = without_prefix(result.stdout.splitlines()[-1])
    assert (result.exit_code, last) == (130, "Stopped before the first update; nothing was written")
    assert files(case) == set()


SLOW_NET = """
layer { name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { shape { dim: 8 dim: 64 dim: 96 dim: 96 } shape { dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 64 kernel_size: 9 } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 2 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def test_a_second_interrupt_ends_the_run_at_once(case: Case) -> None:
    """An iteration takes seconds here; the second interrupt does not wait for its end."""
    (case.folder / "net.prototxt").write_text(SLOW_NET)
    case.change("solver.prototxt", {**WITHOUT_TESTS, **ENDLESS})
    with running() as run:
        run.wait_for("Iteration 0, lr")
        for _ in range(2):
            time.sleep(0.05)
            run.send(signal.SIGINT)
        status, errors = run.end()
    assert status == 130
    assert errors == "owltf: stopped at once; the last snapshot stands\n"
    # Where the first came just before an iteration, the second may meet its snapshot, whose files
    # get their names together. The file of the lock may stay; the lock itself is the process's.
    assert files(case) - {"snap.lock"} in (set(), snapshot_files(1))
