"""--stop-when: ends a run as soon as a test output is good enough, or gets no better."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

from owltf.plugin.events import Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.best import is_better, lower_is_better
from owltf.train.watch.tested_output import check_tested, mean_in
from owltf.train.watch.watcher import RunWatcher

if TYPE_CHECKING:
    import click

_OPTION = "--stop-when"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_COMPARED = re.compile(rf"\s*(\S+?)\s*(>=|<=|>|<)\s*({_NUMBER})\s*")
_UNIMPROVED = re.compile(r"\s*(\S+)\s+not\s+improved\s+in\s+(\d+)\s+tests?\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass
class Compared:
    """The condition `accuracy > 0.99`."""

    output: str
    sign: str
    bound: float

    def met(self, value: float, *, lower: bool) -> bool:
        """Return whether a test's value meets it."""
        return _OPERATORS[self.sign](value, self.bound)


@dataclass
class Unimproved:
    """The condition `loss not improved in 5 tests`."""

    output: str
    tests: int
    best: float = nan
    since: int = 0

    def met(self, value: float, *, lower: bool) -> bool:
        """Return whether the last of the tests so far meets it."""
        improved = is_better(value, self.best, lower=lower)
        self.best = value if improved else self.best
        self.since = 0 if improved else self.since + 1
        return self.since >= self.tests


def parse_condition(text: str) -> Compared | Unimproved:
    """Return a condition from its words.

    Raises:
        ValueError: if it is none.
    """
    if found := _COMPARED.fullmatch(text):
        return Compared(found[1], found[2], float(found[3]))
    found = _UNIMPROVED.fullmatch(text)
    if found and int(found[2]):
        return Unimproved(found[1], int(found[2]))
    raise ValueError(
        f"'{text}' is no condition; write one as 'accuracy > 0.99' or "
        f"'loss not improved in 5 tests'"
    )


class StopWhen(RunWatcher):
    """Ends a run when one of some conditions is met by a test.

    Args:
        conditions: their words.
    """

    def __init__(self, conditions: tuple[str, ...]) -> None:
        self._conditions = {text: parse_condition(text) for text in conditions}

    @classmethod
    def run_options(cls) -> list[click.Option]:
        """Return `--stop-when`."""
        import click

        return [
            click.Option(
                [_OPTION],
                multiple=True,
                metavar="CONDITION",
                callback=_checked,
                help="End the run when a test meets a condition: 'accuracy > 0.99', or 'loss not "
                "improved in 5 tests'. May be repeated.",
            )
        ]

    @classmethod
    def of(cls, setup: Setup) -> StopWhen | None:
        """Return one if there are conditions."""
        given = setup.options.get("stop_when") or ()
        conditions = (given,) if isinstance(given, str) else tuple(given)
        return cls(conditions) if conditions else None

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Check that the tests have the outputs."""
        for condition in self._conditions.values():
            check_tested(setup, condition.output, _OPTION)

    @hookimpl
    def owltf_tested(self, scores: Scores, setup: Setup) -> None:
        """End the run if a condition is met."""
        for text, condition in self._conditions.items():
            value = mean_in(scores, condition.output)
            lower = lower_is_better(condition.output, scores.loss_weights)
            if value is not None and condition.met(value, lower=lower):
                setup.stop(
                    f"{text}: {condition.output} is {value:.6g} at iteration {scores.iteration}"
                )


def _checked(context: Any, option: Any, given: tuple[str, ...]) -> tuple[str, ...]:
    import click

    for text in given:
        try:
            parse_condition(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return given
