"""EarlyEnd: a plugin's wish to end a run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from owltf.train.early_end import EarlyEnd


def processes(*others: int) -> Any:
    """Return this process and others, which say what they are asked."""
    return SimpleNamespace(of_all=lambda number: [number, *others])


def test_the_first_reason_is_told() -> None:
    end = EarlyEnd(processes())
    assert not end.is_asked()
    end.ask("good enough")
    end.ask("no better")
    assert end.is_asked()
    assert end.reason == "good enough"


def test_one_process_ends_all() -> None:
    end = EarlyEnd(processes(0, 1))
    assert end.is_asked()
    assert end.reason == "the chief ended the run"
