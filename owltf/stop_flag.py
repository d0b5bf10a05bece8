"""Whether a signal asks the running command to stop, for loops to look at between batches."""

from __future__ import annotations


class Stopped(SystemExit):
    """A signal asked the command to stop; its code is 128 plus the signal's number."""


class _Flag:
    """The number of the signal that asked; 0 while none did."""

    number = 0


def set_stopped(number: int) -> None:
    """Ask the command to stop, or with 0 to go on.

    Args:
        number: the number of the signal that asks for it.
    """
    _Flag.number = number


def stopped_by() -> int:
    """Return the number of the signal that asked the command to stop, 0 if none did."""
    return _Flag.number


def check_stopped() -> None:
    """Raise Stopped if a signal asked the command to stop.

    Outside a command, as in a program that uses owltf, none does.
    """
    if _Flag.number:
        raise Stopped(128 + _Flag.number)
