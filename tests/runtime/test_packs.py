"""Packs: small tensors joined and parted again, large ones left alone."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.runtime.packs import Packs


def test_packs_are_few_and_give_the_tensors_back() -> None:
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (), (1 << 18,), (2, 1, 5), (0, 3)]
    tensors = [tf.constant(rng.normal(size=shape).astype(np.float32)) for shape in shapes]
    tensors.insert(2, tf.constant(7))
    packs = Packs(tensors)
    packed = packs.packed()
    assert [tuple(pack.shape) for pack in packed] == [(23,), (), (1 << 18,)]
    for got, tensor in zip(packs.unpacked([2 * pack for pack in packed]), tensors, strict=True):
        np.testing.assert_array_equal(got, 2 * tensor)
        assert got.shape == tensor.shape


def test_a_tensor_of_an_open_shape_is_not_joined() -> None:
    @tf.function(input_signature=[tf.TensorSpec((None, 2))])
    def both(rows: tf.Tensor) -> list[tf.Tensor]:
        packs = Packs([rows, tf.ones(2), tf.zeros(())])
        assert len(packs.packed()) == 2
        return list(packs.unpacked(packs.packed()))

    assert [tuple(each.shape) for each in both(tf.ones((3, 2)))] == [(3, 2), (2,), ()]
