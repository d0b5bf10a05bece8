"""Times programs that take turns, so that whatever else the machine does hits them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

# Makes a number of training steps and returns when they are done.
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

    def over(self, other: Timing) -> tuple[float, float]:
        """Return how many times as long it takes as another: best by best, and the median round."""
        rounds = [a / b for a, b in zip(self.seconds, other.seconds, strict=True)]
        return self.best / other.best, median(rounds)


def take_turns(
    programs: Mapping[str, Program], rounds: int, turn_seconds: float
) -> dict[str, Timing]:
    """Time programs in rounds, each in its turn.

    Args:
        programs: what is timed, by name.
        rounds: how many turns each gets.
        turn_seconds: how long a turn should last; at least two steps are made.
    """
    steps = {name: steps_in(program, turn_seconds) for name, program in programs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds):
        # Every other round runs backwards, so that none always follows the same one.
        for name in list(programs)[:: -1 if number % 2 else 1]:
            seconds[name].append(timed(programs[name], steps[name]))
    return {name: Timing(tuple(each)) for name, each in seconds.items()}


def steps_in(program: Program, seconds: float) -> int:
    """Return how many steps a program makes in some time, two or more."""
    program(1)
    return max(2, round(seconds / timed(program, 2)))


def timed(program: Program, steps: int) -> float:
    """Return the seconds of a step, after one more that brings the memory's caches back."""
    program(1)
    start = perf_counter()
    program(steps)
    return (perf_counter() - start) / steps
