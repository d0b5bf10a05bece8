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
from owltf.train.solver_fields import pointless_fields, solver_class_of


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
        ("max_iter: 12", "", "wrong.prototxt: max_iter is missing: the run would end before its"),
        ("base_lr: 0.05", "", "wrong.prototxt: base_lr is missing: no update would change the wei"),
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


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        ("", "", []),
        ("test_iter: 2", "", [":3: test_interval without test_iter: the net is never tested"]),
        ("display: 4", "display: 0", [":3: display is 0: no loss is printed; give display: 100"]),
        ("display: 4", "", [": display is 0: no loss is printed"]),
        ("snapshot: 6", "", []),
        ("snapshot: 6", "snapshot_after_train: false", [":3: no snapshot, and snapshot_after_"]),
    ],
)
def test_what_makes_a_run_pointless_is_said(
    small: Case, old: str, new: str, notes: list[str]
) -> None:
    small.add("other.prototxt", SOLVER.replace(old, new) if old else SOLVER)
    source = read_solver(small.folder / "other.prototxt", load_schema())
    said = list(pointless_fields(source))
    assert len(said) == len(notes)
    for found, wanted in zip(said, notes, strict=True):
        assert found.startswith(f"{small.folder / 'other.prototxt'}{wanted}")
    assert [note for note in small.start(solver="other.prototxt").notes if note in said] or not said
