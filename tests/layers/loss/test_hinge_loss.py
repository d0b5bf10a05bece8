"""HingeLoss against Caffe and against its formula, and over replicas."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close, check_case, check_gradients, gradient_case, one_layer
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(5, 4)).astype(np.float32)
LABELS = RNG.integers(0, 4, 5)


def hinge(norm: str = "L1", *shapes: tuple[int, ...]) -> str:
    fields = f'type: "HingeLoss" hinge_loss_param {{ norm: {norm} }}'
    return one_layer(fields, *(shapes or ((5, 4), (5,))))


@pytest.mark.parametrize("name", ["hinge_l1", "hinge_l2"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_pushes_the_true_class_above_1_and_the_others_below_minus_1(norm: str) -> None:
    signs = np.where(np.arange(4) == LABELS[:, np.newaxis], -1, 1)
    terms = np.maximum(0, 1 + signs * SCORES)
    power = 1 if norm == "L1" else 2
    run = run_layer(hinge(norm), [SCORES, LABELS])
    assert_close(run.tops[0], (terms**power).sum() / 5)
    assert_close(run.bottom_grads[0], signs * (terms > 0) * power * terms ** (power - 1) / 5)
    assert run.bottom_grads[1] is None


def test_axes_after_the_first_are_classes() -> None:
    net = hinge("L2", (5, 2, 1, 2), (5, 1, 1, 1))
    case = gradient_case(
        net, [SCORES.reshape(5, 2, 1, 2), LABELS.reshape(5, 1, 1, 1)], skip=["bottom_grad/1"]
    )
    check_gradients(case)
    assert_close(case.run().tops[0], run_layer(hinge("L2"), [SCORES, LABELS]).tops[0])


def test_replicas_have_the_figures_of_one() -> None:
    arrays = {"bottom0": SCORES, "bottom1": LABELS}
    one, many = (run_replicas(hinge(), arrays, count) for count in (1, 3))
    np.testing.assert_allclose(many.tops["top0"][2], one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-6)


def test_a_label_out_of_range_is_told_in_one_line() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(hinge(), [SCORES, LABELS + 4])
    assert "HingeLoss layer 'layer'" in str(user_message(raised.value))


def test_refuses_a_label_for_each_place() -> None:
    with pytest.raises(OwltfError, match="needs a label for each of"):
        net_of(hinge("L1", (5, 4, 2), (5, 2)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(hinge("L2"))
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": tf.constant(SCORES), "bottom1": tf.constant(LABELS, tf.float32)}
    np.testing.assert_array_equal(loaded(feeds)["top0"], net.model(feeds)["top0"])
