"""Errors in a solver's fields name their line."""

from __future__ import annotations

import pytest
from solver_case import SOLVER, Case

from owltf.errors import OwltfError


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("max_iter: 12", 'max_iter: 12\ntype: "Adm"', r"wrong.prototxt:4: solver type 'Adm'"),
        ('"fixed"', '"fixd"', r"wrong.prototxt:2: unknown lr_policy 'fixd': did you mean 'fixed'"),
        ("display: 4", "display: -4", r"wrong.prototxt:3: display must be at least 0, got -4"),
        ('"snap"', '"no/where/snap"', r"wrong.prototxt:3: snapshot_prefix 'no/where/snap'"),
    ],
)
def test_the_line_is_named(small: Case, old: str, new: str, reason: str) -> None:
    small.add("wrong.prototxt", SOLVER.replace(old, new))
    with pytest.raises(OwltfError, match=reason):
        small.start(solver="wrong.prototxt")
