"""check_forward: shapes, numbers, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.testing import check_forward, one_layer

DROPOUT = one_layer('type: "Dropout"', (4, 30))


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_layer_passes(phase: str) -> None:
    check_forward(net("Good"), [X], params=[GAIN], phase=phase)


def test_random_draws_must_be_those_of_a_run() -> None:
    ones = [np.ones((4, 30))]
    check_forward(DROPOUT, ones, draws=True)
    check_forward(DROPOUT, ones, phase="TEST")
    with pytest.raises(AssertionError, match=r"give draws=True .*; top 0 .* in TRAIN: at \("):
        check_forward(DROPOUT, ones)
    with pytest.raises(AssertionError, match=r"must give the same bits; top 0 .* in TRAIN: at \("):
        check_forward(net("random"), [X], draws=True)


def test_the_phase_is_told() -> None:
    with pytest.raises(AssertionError, match=r"in TEST: got \(4, 3\), declared \(7, 3\)$"):
        check_forward(net("OddShape"), [X], phase="TEST")


def test_finite_bottoms_must_give_finite_tops() -> None:
    check_forward(net("not_a_number"), [np.abs(X)])
    with pytest.raises(AssertionError, match=r"^tops must be finite; top 0 .* in TRAIN: \d+ of 12"):
        check_forward(net("not_a_number"), [X])
