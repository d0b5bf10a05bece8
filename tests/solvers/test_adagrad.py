"""AdaGrad against its formula in NumPy, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from caffe_rules import MIXTURES, check_steps

from owltf.caffe.schema.schema import load_schema
from owltf.errors import FieldError
from owltf.solvers.adagrad import AdaGrad


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(AdaGrad, delta=1e-6, **mixture)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"momentum": 0.9}, "AdaGrad takes no momentum, got 0.9"),
    ],
)
def test_what_caffe_refuses(fields: dict[str, float], reason: str) -> None:
    parameter = load_schema().message("SolverParameter")(type="AdaGrad", **fields)
    with pytest.raises(FieldError, match=reason):
        AdaGrad.check(parameter)
