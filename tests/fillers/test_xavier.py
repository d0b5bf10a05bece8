"""Tests of the xavier filler."""

import numpy as np
import pytest

from owltf.fillers.xavier import xavier

SHAPE = (60, 10, 4, 5)
FANS = {"FAN_IN": 200, "FAN_OUT": 1200, "AVERAGE": 700}


@pytest.mark.parametrize("norm", FANS)
def test_draws_lie_within_a_bound_that_the_fan_gives(filled, norm: str) -> None:
    draws = filled(xavier, SHAPE, variance_norm=norm)
    bound = np.sqrt(3 / FANS[norm])
    assert np.abs(draws).max() <= np.float32(bound)
    assert np.abs(draws).max() > 0.99 * bound
    np.testing.assert_allclose(draws.mean(), 0, atol=0.02 * bound)
    np.testing.assert_allclose(draws.var(), 1 / FANS[norm], rtol=0.03)


def test_the_generator_decides_the_draws(filled) -> None:
    one, same, other = (filled(xavier, (3, 4), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.all(one != other)
