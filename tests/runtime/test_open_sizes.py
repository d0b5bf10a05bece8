"""Sizes are numbers where they are known."""

from __future__ import annotations

import tensorflow as tf

from owltf.runtime.open_sizes import are_known, opened, sizes_of, where_known


def test_known_sizes_are_numbers() -> None:
    sizes = sizes_of(tf.zeros((2, 3)))
    assert sizes == [2, 3]
    assert are_known(sizes)


def test_open_sizes_are_computed() -> None:
    @tf.function(input_signature=[tf.TensorSpec((None, 3))])
    def count(tensor: tf.Tensor) -> tf.Tensor:
        rows, columns = sizes_of(tensor)
        assert columns == 3
        assert not are_known([rows, columns])
        return rows * columns

    assert int(count(tf.zeros((5, 3)))) == 15


def test_a_rule_is_left_out_where_a_size_is_open() -> None:
    assert where_known(lambda sizes: [size + 1 for size in sizes], [4, None]) == [5, None]


def test_opens_what_follows_the_channels() -> None:
    assert opened((1, 3, 8, 8)) == (1, 3, None, None)
    assert opened((1, 3)) == (1, 3)
