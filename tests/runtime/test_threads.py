"""Threads of the process."""

from __future__ import annotations

from owltf.runtime.threads import threads


def test_threads_are_those_of_the_process() -> None:
    assert threads() >= 1
