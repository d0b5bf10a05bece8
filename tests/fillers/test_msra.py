"""Tests of the msra filler."""

import numpy as np
import pytest

from owltf.fillers.msra import msra

SHAPE = (60, 10, 4, 5)
FANS = {"FAN_IN": 200, "FAN_OUT": 1200, "AVERAGE": 700}


@pytest.mark.parametrize("norm", FANS)
def test_draws_have_the_variance_that_the_fan_gives(filled, norm: str) -> None:
    draws = filled(msra, SHAPE, variance_norm=norm)
    np.testing.assert_allclose(draws.mean(), 0, atol=0.002)
    np.testing.assert_allclose(draws.var(), 2 / FANS[norm], rtol=0.05)


def test_the_generator_decides_the_draws(filled) -> None:
    one, same, other = (filled(msra, (3, 4), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.all(one != other)
