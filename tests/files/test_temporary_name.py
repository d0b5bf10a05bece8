"""Names of temporary files tell whose they are."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from owltf.files.temporary_name import is_left_over, temporary_prefix

OURS = temporary_prefix("a.b-1-c")


def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def of(pid: int) -> str:
    return OURS.replace(f"-{os.getpid()}-", f"-{pid}-") + "x_y2"


def named(name: str) -> bool:
    return name == "a.b-1-c"


def test_a_process_that_has_ended_leaves_it_over() -> None:
    assert is_left_over(of(dead()), named)
    assert not is_left_over(of(dead()), lambda name: name == "a")


def test_an_earlier_process_of_our_number_does_too() -> None:
    assert is_left_over(of(os.getpid()), named)


def test_what_a_live_process_writes_stays() -> None:
    assert not is_left_over(of(os.getppid()), named)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not is_left_over(of(process.pid), named)
        process.communicate(b"\n")
    assert is_left_over(of(process.pid), named)


def test_what_another_machine_writes_stays() -> None:
    machine = OURS.split(".")[-1].split("-")[0]
    other = f"{int(machine, 16) ^ 1:08x}"
    assert not is_left_over(of(dead()).replace(machine, other), named)


@pytest.mark.parametrize("name", ["a.b-1-c", ".a.b-1-c", ".a.b-1-c.abcdefgh", "." * 300, ""])
def test_other_files_stay(name: str) -> None:
    assert not is_left_over(name, lambda _: True)
