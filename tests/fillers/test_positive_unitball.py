"""Tests of the positive_unitball filler."""

import numpy as np
import pytest

from owltf.fillers.positive_unitball import positive_unitball


@pytest.mark.parametrize("shape", [(5, 300), (4, 3, 5, 5)])
def test_each_outputs_weights_sum_to_one(filled, shape: tuple[int, ...]) -> None:
    draws = filled(positive_unitball, shape)
    assert (draws >= 0).all()
    np.testing.assert_allclose(draws.reshape(shape[0], -1).sum(axis=1), 1, rtol=1e-5)


def test_the_generator_decides_the_draws(filled) -> None:
    one, same, other = (filled(positive_unitball, (3, 4), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.all(one != other)
