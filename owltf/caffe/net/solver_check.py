"""Checks the fields that plugins add to solvers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from owltf.caffe.net.net_file import NetFile
from owltf.errors import FieldError, OwltfError

# What plugins say of a solver and its test nets: why fields change nothing, by their names.
Checks = Callable[..., Iterator[Mapping[str, str]]]


def check_solver(file: NetFile, checks: Checks) -> list[str]:
    """Return a sentence for each field of a solver that plugins know to change nothing.

    Args:
        file: the solver's file; nothing is said of a net's.
        checks: what the plugins' hooks are called by.

    Raises:
        OwltfError: if a plugin finds a value that cannot be used.
    """
    source = file.solver
    if source is None:
        return []
    nets = [test.parameter for test in file.tests]
    try:
        found = list(checks(solver=source.parameter, test_nets=nets))
    except FieldError as error:
        raise OwltfError(f"{source.where(error.field)}: {error}") from error
    return [
        f"{source.where(name)}: {name} has no effect: {reason}"
        for reasons in found
        for name, reason in reasons.items()
    ]
