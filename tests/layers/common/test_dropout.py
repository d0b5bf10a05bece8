"""Dropout against Caffe, and its draws on one and on several replicas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.runtime.batch_rows import first_row
from owltf.runtime.step import Step, step
from owltf.testing import net_of, run_layer

SHAPE = (8, 3, 5, 7)


def dropout(ratio: float, *shape: int) -> str:
    fields = f'type: "Dropout" dropout_param {{ dropout_ratio: {ratio} }}'
    return one_layer(fields, shape or SHAPE)


def test_outside_training_dropout_leaves_all() -> None:
    check_case("dropout_test")


def dropped(replica: int = 0, replicas: int = 1, number: int = 3, ratio: float = 0.25) -> tf.Tensor:
    """Return a replica's share of a batch of ones after dropout, in a run."""
    model = net_of(dropout(ratio), "TRAIN").model
    batch = SHAPE[0]
    rows = first_row(batch, replica + 1, replicas) - first_row(batch, replica, replicas)
    with step(Step(tf.constant(number, tf.int64), 17, replica, replicas)):
        return model({"bottom0": tf.ones((rows, *SHAPE[1:]))}, training=True)["top0"]


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_leave_out_what_one_leaves_out(replicas: int) -> None:
    shares = [dropped(replica, replicas).numpy() for replica in range(replicas)]
    np.testing.assert_array_equal(np.concatenate(shares), dropped().numpy())


def test_what_is_kept_grows_so_that_the_mean_stays() -> None:
    top = dropped(ratio=0.25).numpy()
    assert set(np.unique(top)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs(np.mean(top == 0) - 0.25) < 0.05


def test_each_pass_draws_anew_and_the_same_pass_the_same() -> None:
    np.testing.assert_array_equal(dropped(number=3), dropped(number=3))
    assert np.any(dropped(number=3) != dropped(number=4))


def test_the_gradient_goes_through_what_was_kept() -> None:
    model = net_of(dropout(0.5), "TRAIN").model
    bottom = tf.random.stateless_normal(SHAPE, (1, 2))
    with step(Step(tf.constant(0, tf.int64), 1, 0, 1)), tf.GradientTape() as tape:
        tape.watch(bottom)
        top = model({"bottom0": bottom}, training=True)["top0"]
    np.testing.assert_array_equal(tape.gradient(top, bottom), tf.where(top == 0, 0.0, 2.0))


def test_two_layers_draw_for_themselves() -> None:
    text = dropout(0.5) + '\nlayer { name: "other" type: "Dropout" bottom: "bottom0" top: "other" }'
    net = net_of(text, "TRAIN")
    with step(Step(tf.constant(0, tf.int64), 1, 0, 1)):
        tops = net.model_of(["top0", "other"])({"bottom0": tf.ones(SHAPE)}, training=True)
    assert np.any(tops["top0"] != tops["other"])


def test_a_net_by_itself_draws_as_keras_does() -> None:
    top = run_layer(dropout(0.5, 4, 100), [np.ones((4, 100))]).tops[0]
    assert set(np.unique(top)) == {0, 2}


def test_dropout_is_saved(tmp_path: Path) -> None:
    save_and_load(net_of(dropout(0.5)), tmp_path)


@pytest.mark.parametrize("ratio", [1, 1.5, -0.1])
def test_a_ratio_that_leaves_nothing_is_told(ratio: float) -> None:
    with pytest.raises(OwltfError, match=r"^Dropout layer 'layer' \(.*\): dropout_ratio must be"):
        net_of(dropout(ratio))
