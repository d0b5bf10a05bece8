"""Moments and weights of channels."""

from __future__ import annotations

import numpy as np
from owltf_segmentation.channel_weights import batch_moments, per_channel, weight_shape


def test_moments_are_those_of_each_channel() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    mean, variance = (np.asarray(each) for each in batch_moments(x))
    np.testing.assert_allclose(mean.ravel(), x.mean((0, 1, 2)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(variance.ravel(), x.var((0, 1, 2)), rtol=1e-5)


def test_a_blob_has_its_channels_second_and_the_variable_last() -> None:
    blob = per_channel("scale", untrained=1)
    assert blob.caffe_shape(weight_shape((2, 5, 6, 3))) == (1, 3, 1, 1)
