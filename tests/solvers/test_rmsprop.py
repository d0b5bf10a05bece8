"""RMSProp against its formula in NumPy, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from caffe_rules import MIXTURES, check_steps

from owltf.caffe.schema.schema import load_schema
from owltf.errors import FieldError
from owltf.solvers.rmsprop import RMSProp


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(RMSProp, rms_decay=0.9, delta=1e-6, **mixture)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"momentum": 0.9}, "RMSProp takes no momentum, got 0.9"),
        ({"rms_decay": 1.0}, "rms_decay must be in .0, 1., got 1"),
        ({"rms_decay": -0.5}, "rms_decay must be in .0, 1., got -0.5"),
    ],
)
def test_what_caffe_refuses(fields: dict[str, float], reason: str) -> None:
    parameter = load_schema().message("SolverParameter")(type="RMSProp", **fields)
    with pytest.raises(FieldError, match=reason):
        RMSProp.check(parameter)
