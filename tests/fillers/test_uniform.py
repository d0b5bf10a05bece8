"""Tests of the uniform filler."""

import numpy as np
import pytest

from owltf.fillers.uniform import uniform


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, -1), (-0.01, 0.02)])
def test_draws_evenly_between_its_bounds(filled, low: float, high: float) -> None:
    draws = filled(uniform, (200, 100), min=low, max=high)
    assert np.float32(low) <= draws.min() < low + 0.01 * (high - low)
    assert high - 0.01 * (high - low) < draws.max() <= np.float32(high)
    np.testing.assert_allclose(draws.mean(), (low + high) / 2, atol=0.01 * (high - low))
    np.testing.assert_allclose(draws.var(), (high - low) ** 2 / 12, rtol=0.03)


def test_the_generator_decides_the_draws(filled) -> None:
    np.testing.assert_array_equal(filled(uniform, (5, 4)), filled(uniform, (5, 4)))
    assert np.all(filled(uniform, (5, 4)) != filled(uniform, (5, 4), seed=1))
