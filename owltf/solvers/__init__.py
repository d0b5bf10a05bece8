"""Caffe's solvers (update rules), a file each, with its learning-rate policies."""

from collections.abc import Mapping
from typing import Any

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_solvers() -> list[Any]:
    """Return every solver of this folder."""
    from owltf.registry.discover import classes_in
    from owltf.solvers.solver import Solver

    return classes_in(__name__, Solver)


@hookimpl
def owltf_learning_rates() -> Mapping[str, Any]:
    """Return the learning-rate policies of this folder."""
    from owltf.solvers.learning_rate import POLICIES

    return POLICIES
