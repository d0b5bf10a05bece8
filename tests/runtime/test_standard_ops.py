"""Models of standard operations have none of what is quick on one machine alone."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.runtime.standard_ops import must_use_standard_ops, standard_ops_only
from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 8 dim: 3 dim: 3 } } }
layer { name: "y" type: "LRN" bottom: "x" top: "y" }
"""


def test_it_holds_inside_alone() -> None:
    with standard_ops_only():
        assert must_use_standard_ops()
    assert not must_use_standard_ops()


def test_an_lrn_of_standard_ops_is_tensorflows_own_and_equal() -> None:
    net = net_of(NET)
    x = np.random.default_rng(0).standard_normal((2, 8, 3, 3)).astype(np.float32)
    with standard_ops_only():
        traced = tf.function(net.model).get_concrete_function({"x": tf.constant(x)})
    kinds = {operation.type for operation in traced.graph.get_operations()}
    assert "LRN" in kinds
    assert "PartitionedCall" not in kinds
    (made,) = tf.nest.flatten(traced({"x": tf.constant(x)}))
    np.testing.assert_allclose(made, net.forward({"x": x})["y"], atol=1e-6)
