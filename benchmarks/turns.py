"""Times programs that take turns, so that whatever else the machine does hits them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

# Runs a number of steps and returns when they are done.
Program = Callable[[int], object]


@dataclass(frozen=True)
class Timing:
    """How long a program's step took.

    Attributes:
        seconds: the mean of the steps of each round.
    """

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The quickest round: what the program can do when nothing disturbs it."""
        return min(self.seconds)

    @property
    def middle(self) -> float:
        """The median round."""
        return median(self.seconds)


def take_turns(
    programs: Mapping[str, Program], rounds: int, turn_seconds: float
) -> dict[str, Timing]:
    """Time programs in rounds, each in its turn.

    Args:
        programs: what is timed, by name.
        rounds: how many turns each gets.
        turn_seconds: how long a turn should last; at least two steps are made.
    """
    steps = {name: _steps(program, turn_seconds) for name, program in programs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds):
        # Every other round runs backwards, so that none always follows the same one.
        for name in list(programs)[:: -1 if number % 2 else 1]:
            seconds[name].append(_timed(programs[name], steps[name]))
    return {name: Timing(tuple(each)) for name, each in seconds.items()}


def _steps(program: Program, turn_seconds: float) -> int:
    program(1)
    return max(2, round(turn_seconds / _timed(program, 2)))


def _timed(program: Program, steps: int) -> float:
    """Return the seconds of a step; one more before them brings the memory's caches back."""
    program(1)
    start = perf_counter()
    program(steps)
    return (perf_counter() - start) / steps
