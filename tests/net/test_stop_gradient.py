"""Tests of bottoms that get no gradient."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, input_text

from owltf.errors import OwltfError
from owltf.net.net import Net


def loss(fields: str = "") -> Net:
    return build(
        input_text("a", 2, 3)
        + input_text("b", 2, 3)
        + 'layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "b" top: "loss" '
        + f"{fields} }}"
    )


def gradients(net: Net) -> list[np.ndarray | None]:
    feeds = {name: tf.constant(float(index), shape=(2, 3)) for index, name in enumerate("ab")}
    with tf.GradientTape() as tape:
        tape.watch(feeds)
        top = net.model(feeds)["loss"]
    return [None if grad is None else grad.numpy() for grad in tape.gradient(top, feeds).values()]


@pytest.mark.parametrize("flags", [(True, False), (False, True), (True, True), (False, False)])
def test_only_bottoms_that_are_asked_for_get_a_gradient(flags: tuple[bool, bool]) -> None:
    fields = " ".join(f"propagate_down: {str(flag).lower()}" for flag in flags)
    got = [grad is not None for grad in gradients(loss(fields))]
    assert got == list(flags)


def test_force_backward_overrides_it() -> None:
    layers = (
        input_text("a", 2, 3)
        + input_text("b", 2, 3)
        + 'layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "b" top: "loss" '
        "propagate_down: false propagate_down: false }"
    )
    assert [grad is not None for grad in gradients(build(layers))] == [False, False]
    forced = gradients(build(f"force_backward: true {layers}"))
    assert [grad is not None for grad in forced] == [True, True]


def test_all_get_one_unless_told_otherwise() -> None:
    first, second = gradients(loss())
    np.testing.assert_array_equal(first, -second)
    assert first.any()


def test_other_layers_still_send_theirs() -> None:
    net = build(
        input_text("x", 2, 3)
        + 'layer { name: "stop" type: "Power" bottom: "x" top: "y" propagate_down: false }\n'
        'layer { name: "go" type: "Power" bottom: "x" top: "z" power_param { scale: 5 } }\n'
        'layer { name: "sum" type: "Eltwise" bottom: "y" bottom: "z" top: "sum" }'
    )
    x = tf.ones((2, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = net.model({"x": x})["sum"]
    np.testing.assert_array_equal(tape.gradient(total, x), np.full((2, 3), 5))


def test_must_be_given_for_each_bottom() -> None:
    with pytest.raises(OwltfError, match="must be given for each of 2 bottoms, got 1"):
        loss("propagate_down: true")


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    loss("propagate_down: true propagate_down: false").model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"a": tf.ones((2, 3)), "b": tf.zeros((2, 3))}
    assert loaded(feeds)["loss"] == 1.5
