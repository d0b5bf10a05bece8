"""Reads what a solver's fields ask for; errors name the line of the field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from owltf.caffe.prototxt.source import SolverSource
from owltf.did_you_mean import did_you_mean
from owltf.errors import FieldError, OwltfError
from owltf.registry.registry import Registry
from owltf.snapshot.prefix import Prefix
from owltf.train.schedule import Schedule

_NEEDED = {
    "max_iter": "the run would end before its first update",
    "base_lr": "no update would change the weights",
}
_LEAST = {"iter_size": 1, "average_loss": 1, "max_iter": 0, "display": 0, "snapshot": 0}


@contextmanager
def errors_at(where: str) -> Iterator[None]:
    """Put a place in a file before the message of an OwltfError that is raised inside."""
    try:
        yield
    except OwltfError as error:
        raise OwltfError(f"{where}: {error}") from error


@contextmanager
def field_errors(source: SolverSource, *otherwise: str) -> Iterator[None]:
    """Put the line of the wrong field before the message of a FieldError that is raised inside.

    Args:
        source: the solver's file.
        *otherwise: the fields whose line to name if the file leaves the wrong field out.
    """
    try:
        yield
    except FieldError as error:
        is_written = source.root.inside(error.field)
        where = source.where(error.field) if is_written else source.where(*otherwise)
        raise OwltfError(f"{where}: {error}") from error


def solver_class_of(registry: Registry, source: SolverSource) -> Any:
    """Return the class of the solver's `type`, after it has checked the solver's fields."""
    name = source.parameter.type
    with errors_at(source.where("type", "solver_type")):
        if name not in registry.solvers:
            raise OwltfError(
                f"solver type '{name}' is not supported: {did_you_mean(name, registry.solvers)}"
            )
    with field_errors(source, "type", "solver_type"):
        registry.solvers[name].check(source.parameter)
    return registry.solvers[name]


def learning_rate_of(registry: Registry, source: SolverSource) -> Any:
    """Return the schedule of the solver's `lr_policy`."""
    name, policies = source.parameter.lr_policy, registry.learning_rates
    with errors_at(source.where("lr_policy")):
        if name not in policies:
            what = f"unknown lr_policy '{name}'" if name else "lr_policy is missing"
            raise OwltfError(f"{what}: {did_you_mean(name, policies)}")
    with field_errors(source, "lr_policy"):
        return policies[name].from_solver(source.parameter)


def schedule_of(source: SolverSource) -> Schedule:
    """Return the solver's events.

    Raises:
        OwltfError: if a field is out of range, or a run cannot do anything without one that is
            missing.
    """
    for name, without in _NEEDED.items():
        if not source.parameter.HasField(name):
            raise OwltfError(f"{source.file}: {name} is missing: {without}")
    for name, least in _LEAST.items():
        value = getattr(source.parameter, name)
        with errors_at(source.where(name)):
            if value < least:
                raise OwltfError(f"{name} must be at least {least}, got {value}")
    return Schedule.of(source.parameter)


def pointless_fields(source: SolverSource) -> Iterator[str]:
    """Yield a sentence about each choice of a solver that its user may not have meant."""
    given = source.parameter
    if given.test_interval and not given.test_iter:
        where = source.where("test_interval")
        yield f"{where}: test_interval without test_iter: the net is never tested"
    if not given.display:
        where = source.where("display")
        yield f"{where}: display is 0: no loss is printed; give display: 100, say"
    if not given.snapshot and not given.snapshot_after_train:
        where = source.where("snapshot_after_train")
        yield f"{where}: no snapshot, and snapshot_after_train is false: no weights are kept"


def prefix_of(source: SolverSource, schedule: Schedule) -> Prefix:
    """Return where snapshots go, after checking that files can be written there."""
    with errors_at(source.where("snapshot_prefix")):
        prefix = Prefix.of(source.parameter, source.folder)
        if schedule.snapshot or schedule.snapshot_after_train:
            prefix.check_writable()
    return prefix
