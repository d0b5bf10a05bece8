"""Weights go under the names and in the shapes of the program's layers."""

from __future__ import annotations

import numpy as np
from owltf_exporter.keras_source.weights import weights_of

from owltf.testing import net_of, one_layer

IMAGES = (2, 3, 4, 5)


def weights(fields: str, *params: np.ndarray) -> dict[str, np.ndarray]:
    """Return the weights of a net of one layer with some parameter blobs."""
    net = net_of(one_layer(fields, IMAGES))
    net.set_params({"layer": params})
    return weights_of(net.model_of(net.outputs))


def test_those_of_keras_layers_are_theirs() -> None:
    made = weights('type: "InnerProduct" inner_product_param { num_output: 1 }', A, np.ones(1))
    np.testing.assert_array_equal(made["layer/kernel"], A.T)
    np.testing.assert_array_equal(made["layer/bias"], [1])


def test_sums_of_a_batch_norm_are_divided() -> None:
    made = weights('type: "BatchNorm"', np.full(3, 6.0), np.full(3, 8.0), np.full(1, 2.0))
    np.testing.assert_array_equal(made["layer/moving_mean"], [3, 3, 3])
    np.testing.assert_array_equal(made["layer/moving_variance"], [4, 4, 4])


def test_slopes_have_the_axes_they_are_spread_over() -> None:
    made = weights('type: "PReLU"', np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(made["layer/alpha"], [[[1, 2, 3]]])


def test_factors_along_the_height_are_spread_over_the_width() -> None:
    made = weights('type: "Scale" scale_param { axis: 2 }', np.arange(4.0))
    np.testing.assert_array_equal(made["layer/gamma"], [[0], [1], [2], [3]])


A = np.arange(60.0, dtype=np.float32).reshape(1, 60)
