"""Tests of tops with a loss weight: what they add to the objective, on one and several replicas."""

from __future__ import annotations

import numpy as np
import pytest
from replica_run import run_replicas
from small_nets import build, input_text

from owltf.net.objective import objective_term

X = np.arange(10.0).reshape(5, 2)


def test_an_inner_top_counts_with_the_sum_of_its_values() -> None:
    net = build(
        input_text("x", 5, 2)
        + 'layer { name: "square" type: "Power" bottom: "x" top: "y" loss_weight: 3 '
        "power_param { power: 2 } }\n"
        'layer { name: "next" type: "Power" bottom: "y" top: "z" }'
    )
    assert [(loss.top, loss.weight) for loss in net.losses] == [("y", 3)]
    _, losses, _ = net.loss_model({"x": X.astype(np.float32)})
    assert losses == [np.square(X).sum()]


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_have_the_gradient_of_one(replicas: int) -> None:
    net = (
        input_text("x", 5, 2)
        + 'layer { name: "square" type: "Power" bottom: "x" top: "y" loss_weight: 3 '
        "power_param { power: 2 } }"
    )
    grads = [run_replicas(net, {"x": X}, count).grads["x"] for count in (1, replicas)]
    np.testing.assert_allclose(grads[0], 6 * X)
    np.testing.assert_allclose(grads[1], grads[0])


def test_what_every_replica_has_whole_is_taken_as_it_is() -> None:
    net = build(
        'layer { name: "w" type: "Parameter" top: "w" parameter_param { shape { dim: 3 } } }\n'
        + input_text("x", 5, 2)
        + 'layer { name: "sum" type: "Reduction" bottom: "x" top: "sum" }'
    )
    for name in ("w", "sum"):
        assert objective_term(net.blobs[name]) is net.blobs[name].tensor
    assert objective_term(net.blobs["x"]).shape == ()
