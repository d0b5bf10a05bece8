"""The part that Scale and Bias share: by axes, by layout, and how fast."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close

from owltf.layers.activation.affine import Affine


@pytest.mark.parametrize("scales", [True, False])
@pytest.mark.parametrize("shifts", [True, False])
@pytest.mark.parametrize(
    ("x", "shape", "after"),
    [((2, 4, 5, 3), (3,), 0), ((2, 4, 5, 3), (4, 5), 1), ((2, 3), (3,), 0), ((2, 3), (), 2)],
    ids=str,
)
def test_weights_lie_along_the_axes_before_the_last_ones(
    x: tuple[int, ...], shape: tuple[int, ...], after: int, scales: bool, shifts: bool
) -> None:
    rng = np.random.default_rng(0)
    bottom = rng.standard_normal(x, dtype=np.float32)
    gamma, beta = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    layer = Affine(shape, after, scales, shifts)
    layer.build(x)
    layer.set_weights([gamma] * scales + [beta] * shifts)
    wide = shape + (1,) * after
    factor = gamma.reshape(wide) if scales else 1
    term = beta.reshape(wide) if shifts else 0
    assert_close(layer(bottom).numpy(), bottom * factor + term)


def test_images_by_channel_go_through_one_op() -> None:
    layer = Affine((3,))
    layer.build((None, 4, 5, 3))
    graph = tf.function(layer.call).get_concrete_function(tf.TensorSpec((None, 4, 5, 3))).graph
    types = {each.type for each in graph.get_operations()}
    assert ("FusedBatchNormV3" in types) != bool(tf.config.list_logical_devices("GPU"))
