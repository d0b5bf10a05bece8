"""What all poolings share: the number of windows, and the padding."""

from __future__ import annotations

import pytest
import tensorflow as tf

from owltf.layers.vision.max_pool import MaxPool2D


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "caffes"), [(55, 3, 2, 27), (27, 3, 2, 13), (112, 3, 2, 56)]
)
def test_the_sizes_of_well_known_nets(size: int, kernel: int, stride: int, caffes: int) -> None:
    layer = MaxPool2D((kernel, kernel), (stride, stride))
    assert layer.compute_output_shape((None, size, size, 8)) == (None, caffes, caffes, 8)


def test_pad_that_same_would_add_makes_no_copy() -> None:
    layer = MaxPool2D((3, 3), (2, 2))
    graph = tf.function(layer.call).get_concrete_function(tf.TensorSpec((None, 112, 112, 8))).graph
    assert {"MaxPool"} == {each.type for each in graph.get_operations() if "Pool" in each.type}
    assert not [each for each in graph.get_operations() if each.type.startswith("Pad")]
