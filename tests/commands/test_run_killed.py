"""Runs that are killed, short of disk, or doubled lose nothing, and go on by `--resume auto`."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from run_case import Case, in_a_process

from owltf.snapshot import write
from owltf.snapshot.lock import locked

# Kills itself in an update, in the midst of a snapshot's files, and between the renames of two.
KILLED = """
import os, signal, sys
from pathlib import Path

from owltf.files import atomic
from owltf.snapshot import write
from owltf.train.step import TrainStep

moment, at = sys.argv[1], int(sys.argv[2])
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
seen = []

def count():
    seen.append(1)
    if len(seen) == at:
        die()

run, solverstate, replace = TrainStep.run, write.write_solverstate, atomic._replace
if moment == "update":
    def run_and_die(step, number):
        ran = run(step, number)
        count()
        return ran
    TrainStep.run = run_and_die
elif moment == "file":
    def half(path, schema, state):
        found = solverstate(path, schema, state)
        if len(seen) + 1 == at:
            os.truncate(path, 20)
        count()
        return found
    write.write_solverstate = half
else:
    def rename(written, path):
        replace(written, path)
        count()
    atomic._replace = rename

from owltf.cli import cli
cli(["run", "solver.prototxt", "--resume", "auto"], prog_name="owltf")
"""


def killed(moment: str, at: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, moment, str(at)], capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr
    return done.stdout


@pytest.mark.parametrize("solver", ["SGD", "Adam"])
def test_a_run_that_is_killed_again_and_again_ends_in_the_same_bits(
    case: Case, solver: str
) -> None:
    edits = {"momentum: 0.9": f'momentum: 0.9 type: "{solver}"', "max_iter: 6": "max_iter: 12"}
    case.change("solver.prototxt", {**edits, "snapshot: 3": "snapshot: 2"})
    # As it is run that is killed: in this process TensorFlow has other threads.
    in_a_process()
    ended = {name: data for name, data in case.contents().items() if "iter_12" in name}
    assert len(ended) == 3
    for path in case.folder.glob("snap*"):
        path.unlink()
    # In the second snapshot's files, in the third's names, and after some updates.
    assert "the run starts anew" in killed("file", 2)
    assert "Resuming at iteration 2 of 12" in killed("rename", 4)
    said = killed("update", 4)
    assert "Passed over snap_iter_6: it has no solverstate" in said
    assert "Resuming at iteration " in in_a_process("--resume", "auto")
    assert {name: case.contents()[name] for name in ended} == ended
    assert not [path for path in case.folder.iterdir() if path.name.startswith(".")]
    assert not Path("snap.lock").exists()


def test_auto_passes_over_what_is_half_written(trained: Case) -> None:
    path = trained.folder / "snap_iter_6.caffemodel"
    path.write_bytes(path.read_bytes()[:-1])
    ended = trained.contents()
    lines = trained.lines("solver.prototxt", "--resume", "auto", "--weights", str(path))
    (note,) = [line for line in lines if line.startswith("Passed over")]
    assert "snap_iter_6.solverstate" in note
    assert "Resuming at iteration 3 of 6" in lines
    assert ended.keys() == trained.contents().keys()


def test_two_runs_of_one_prefix(case: Case) -> None:
    with locked(case.folder / "snap"):
        before = case.run()
    assert before.exit_code == 2
    assert "another run writes there: process " in before.stderr
    # Before TensorFlow is loaded.
    assert before.stdout == ""


@contextmanager
def disk_for(size: int) -> Iterator[None]:
    """Let no file grow larger than some bytes, as where the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing_older(trained: Case) -> None:
    trained.change("solver.prototxt", {"max_iter: 6": "max_iter: 9"})
    before = trained.contents()
    with disk_for(1000):
        ran = trained.run("solver.prototxt", "--resume", "auto")
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("owltf: error: ")
    assert "snap_iter_9" in line
    assert trained.contents() == before


def test_a_folder_that_became_read_only_loses_nothing_older(
    trained: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    trained.change("solver.prototxt", {"max_iter: 6": "max_iter: 9"})
    before = trained.contents()
    monkeypatch.setattr(write, "write_solverstate", refuse)
    ran = trained.run("solver.prototxt", "--resume", "auto")
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert "permission denied" in line
    assert trained.contents() == before
