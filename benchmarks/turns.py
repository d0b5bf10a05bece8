"""Times programs in turns, so that other load on the machine slows all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

# Makes a number of training steps and returns when they are done.
Program = Callable[[int], object]


@dataclass(frozen=True)
class Timing:
    """The time of a program's step in each round.

    Attributes:
        seconds: for each round, the mean of its steps.
    """

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The quickest round, which other load on the machine disturbed least."""
        return min(self.seconds)

    @property
    def middle(self) -> float:
        """The median round."""
        return median(self.seconds)

    def over(self, other: Timing) -> tuple[float, float]:
        """Return this time over another program's: of the best rounds, and the median ratio."""
        rounds = [a / b for a, b in zip(self.seconds, other.seconds, strict=True)]
        return self.best / other.best, median(rounds)


def take_turns(
    programs: Mapping[str, Program], rounds: int, turn_seconds: float
) -> dict[str, Timing]:
    """Return the timings of programs that run in turns.

    Args:
        programs: the programs, by name.
        rounds: the number of turns of each.
        turn_seconds: the seconds that a turn should last; it has at least two steps.
    """
    steps = {name: steps_in(program, turn_seconds) for name, program in programs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds):
        # Every other round is in reverse order, so that no program always follows the same one.
        for name in list(programs)[:: -1 if number % 2 else 1]:
            seconds[name].append(timed(programs[name], steps[name]))
    return {name: Timing(tuple(each)) for name, each in seconds.items()}


def steps_in(program: Program, seconds: float) -> int:
    """Return the number of steps that a program makes in this time, at least two."""
    program(1)
    return max(2, round(seconds / timed(program, 2)))


def timed(program: Program, steps: int) -> float:
    """Return the seconds of a step; one step before fills the caches again and is not counted."""
    program(1)
    start = perf_counter()
    program(steps)
    return (perf_counter() - start) / steps
