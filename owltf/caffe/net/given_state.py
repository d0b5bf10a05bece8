"""The level and the stages that a command line gives a net, beside those that its file names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class GivenState(NamedTuple):
    """A level and stages.

    Attributes:
        level: the net's level; None to leave it.
        stages: stages that are added to the net's own.
    """

    level: int | None = None
    stages: Sequence[str] = ()


_NOTHING = GivenState()
_given: ContextVar[GivenState | None] = ContextVar("given_state", default=None)


def given_state() -> GivenState:
    """Return what the command line gives."""
    return _given.get() or _NOTHING


@contextmanager
def give_state(level: int | None = None, stages: Sequence[str] = ()) -> Iterator[None]:
    """Give a level and stages to the nets that are read in a `with` block.

    They count for the nets of nets' files and for the TRAIN net of a solver, as in Caffe. Blocks
    add to each other.

    Args:
        level: the level; None to leave it.
        stages: the stages.
    """
    before = given_state()
    kept = before.level if level is None else level
    token = _given.set(GivenState(kept, (*before.stages, *stages)))
    try:
        yield
    finally:
        _given.reset(token)
