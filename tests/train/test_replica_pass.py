"""A pass on one replica, and the figures that all of them make together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from solver_case import Case

from owltf.net.batches import batches
from owltf.runtime.compiled import compiled
from owltf.train.prepare import PreparedRun
from owltf.train.replica_pass import (
    current_pass,
    forward,
    joined_outputs,
    objective,
    own_share,
    zero_outputs,
)

NUMBER = tf.constant(5, tf.int64)


def run_on_all(start: PreparedRun, function: Any) -> Any:
    """Return what a function of a replica's rows of the first batch gives."""
    batch = next(batches(start.nets.train, start.state.train))
    return compiled(lambda: start.devices.run(function, start.devices.split(batch)))()


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_have_the_objective_and_outputs_of_one(small: Case, replicas: int) -> None:
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", f'{net} layer {{ name: "s" type: "Softmax" bottom: "ip" top: "s" }}')
    found = []
    for count in (1, replicas):
        start = small.start(count)
        train = start.nets.train

        def run(rows: Any, net: Any = train) -> Any:
            return forward(net, rows, NUMBER, training=True)

        loss, outputs = run_on_all(start, run)
        found.append((start.devices.parts(loss), joined_outputs(train, outputs, start.devices)))
    ((one,), whole), (many, joined) = found
    np.testing.assert_allclose(many, [one] * replicas, rtol=1e-5)
    assert whole["s"].shape == joined["s"].shape == (8, 4)
    for name, value in whole.items():
        np.testing.assert_allclose(joined[name], value, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_shares_make_the_whole_objective(small: Case, replicas: int) -> None:
    start = small.start(replicas)
    shares = run_on_all(start, lambda rows: own_share(tf.constant(6.0)))
    assert [float(each) for each in start.devices.parts(shares)] == [6 / replicas] * replicas


def test_losses_count_by_their_weights(small: Case) -> None:
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace("ignore_label: 3 }", "ignore_label: 3 } loss_weight: 3"))
    train = small.start().nets.train
    assert float(objective(train, [tf.constant(0.5)])) == 1.5


def test_layers_are_told_of_the_pass(small: Case) -> None:
    start = small.start(2)
    told: list[Any] = []
    run_on_all(start, lambda rows: told.append(current_pass(start.nets.train, NUMBER)))
    assert [(each.replica, each.replicas, each.batch, each.seed) for each in told] == [
        (0, 2, 8, 7),
        (1, 2, 8, 7),
    ]


def test_zeros_have_the_shapes_of_the_outputs(small: Case) -> None:
    (test,) = small.start().nets.tests
    zeros = compiled(lambda: zero_outputs(test))()
    assert {name: value.shape for name, value in zeros.items()} == {"accuracy": (), "loss": ()}
