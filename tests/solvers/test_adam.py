"""Adam against its formula in NumPy, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from caffe_rules import MIXTURES, check_steps

from owltf.caffe.schema.schema import load_schema
from owltf.errors import FieldError
from owltf.solvers.adam import Adam


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(Adam, momentum=0.9, momentum2=0.99, delta=1e-6, **mixture)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"momentum": 1.0}, "momentum of Adam must be in .0, 1., got 1"),
        ({"momentum2": 1.5}, "momentum2 of Adam must be in .0, 1., got 1.5"),
    ],
)
def test_what_caffe_refuses(fields: dict[str, float], reason: str) -> None:
    parameter = load_schema().message("SolverParameter")(type="Adam", **fields)
    with pytest.raises(FieldError, match=reason):
        Adam.check(parameter)
