"""Finds an output of a run's test nets by its name."""

from __future__ import annotations

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.plugin.events import Scores, Setup
from owltf.train.report.tests_so_far import means


def check_tested(setup: Setup, name: str, option: str) -> None:
    """Check that a run's tests have an output.

    Args:
        setup: the run.
        name: the output.
        option: the option that names it, for the error.

    Raises:
        OwltfError: if no test net has it, or the net is never tested.
    """
    if not setup.test_outputs:
        raise OwltfError(f"{option}: the net is never tested; give test_iter and test_interval")
    if name.partition("[")[0] not in setup.test_outputs:
        hint = did_you_mean(name, setup.test_outputs)
        raise OwltfError(f"{option}: no test net has an output '{name}': {hint}")


def mean_in(scores: Scores, name: str) -> float | None:
    """Return the mean of an output in a test; None if the test has it not."""
    return dict(means(scores)).get(name)
