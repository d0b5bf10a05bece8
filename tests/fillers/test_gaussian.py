"""Tests of the gaussian filler."""

import numpy as np
import pytest

from owltf.fillers.gaussian import gaussian


@pytest.mark.parametrize(("mean", "std"), [(0, 1), (2, 0.1), (-1, 3)])
def test_draws_have_the_mean_and_deviation(filled, mean: float, std: float) -> None:
    draws = filled(gaussian, (200, 100), mean=mean, std=std)
    np.testing.assert_allclose(draws.mean(), mean, atol=0.03 * std)
    np.testing.assert_allclose(draws.std(), std, rtol=0.03)
    # As many within one deviation as a normal distribution has.
    np.testing.assert_allclose((np.abs(draws - mean) < std).mean(), 0.683, atol=0.02)


def test_sparse_keeps_so_many_inputs_of_each_output(filled) -> None:
    draws = filled(gaussian, (100, 400), sparse=15)
    np.testing.assert_allclose((draws != 0).mean(), 0.15, atol=0.01)
    np.testing.assert_allclose(draws[draws != 0].std(), 1, rtol=0.05)
    assert not filled(gaussian, (100, 400), sparse=0).any()


def test_the_generator_decides_the_draws(filled) -> None:
    np.testing.assert_array_equal(filled(gaussian, (5, 4)), filled(gaussian, (5, 4)))
    assert np.all(filled(gaussian, (5, 4)) != filled(gaussian, (5, 4), seed=1))
