"""Learning rates, an iteration at a time."""

from __future__ import annotations

import pytest

from owltf.pycaffe.rates import Rates
from owltf.solvers.learning_rate import Exp


def test_rates_are_the_schedules() -> None:
    rates = Rates(Exp(base_lr=2.0, gamma=0.5))
    assert [float(rates(i)) for i in range(12)] == pytest.approx([2 * 0.5**i for i in range(12)])
