"""Nesterov against its formula in NumPy, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from caffe_rules import MIXTURES, check_steps

from owltf.solvers.nesterov import Nesterov


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(Nesterov, momentum=0.9, **mixture)
