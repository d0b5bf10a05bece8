"""AdaDelta against its formula in NumPy, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from caffe_rules import MIXTURES, check_steps

from owltf.solvers.adadelta import AdaDelta


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(AdaDelta, momentum=0.95, delta=1e-5, **mixture)
