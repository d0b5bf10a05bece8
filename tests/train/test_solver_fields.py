"""Errors in a solver's fields name their line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from solver_case import SOLVER, Case

from owltf.caffe.net.read import read_solver
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.solvers.solver import Solver
from owltf.train.solver_fields import solver_class_of


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("max_iter: 12", 'max_iter: 12\ntype: "Adm"', r"wrong.prototxt:4: solver type 'Adm'"),
        ('"fixed"', '"fixd"', r"wrong.prototxt:2: unknown lr_policy 'fixd': did you mean 'fixed'"),
        ("display: 4", "display: -4", r"wrong.prototxt:3: display must be at least 0, got -4"),
        (
            'lr_policy: "fixed"',
            '\nlr_policy: "step" stepsize: 0',
            r"wrong.prototxt:3: lr_policy 's",
        ),
        ('"fixed"', '"step"\nstepsize: 0', r"wrong.prototxt:3: lr_policy 'step' needs stepsize"),
        ('"fixed"', '"step"', r"wrong.prototxt:2: lr_policy 'step' needs stepsize above 0, got 0"),
        ('"snap"', '"no/where/snap"', r"wrong.prototxt:3: snapshot_prefix 'no/where/snap'"),
    ],
)
def test_the_line_is_named(small: Case, old: str, new: str, reason: str) -> None:
    small.add("wrong.prototxt", SOLVER.replace(old, new))
    with pytest.raises(OwltfError, match=reason):
        small.start(solver="wrong.prototxt")


class Plain(Solver):
    """w = w - rate * g, without a momentum, as Caffe's AdaGrad has none."""

    caffe_type = "Plain"

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        variable.assign_sub(rate * gradient)


def test_a_momentum_that_the_solver_has_not_is_refused_at_its_line(small: Case) -> None:
    small.add("plain.prototxt", SOLVER.replace("momentum: 0.9", '\nmomentum: 0.9 type: "Plain"'))
    registry = SimpleNamespace(solvers={"Plain": Plain})
    source = read_solver(small.folder / "plain.prototxt", load_schema())
    with pytest.raises(OwltfError, match=r"plain.prototxt:3: Plain takes no momentum, got 0\.9$"):
        solver_class_of(registry, source)
    small.add("plain.prototxt", SOLVER.replace("momentum: 0.9", 'type: "Plain"'))
    source = read_solver(small.folder / "plain.prototxt", load_schema())
    assert solver_class_of(registry, source) is Plain
