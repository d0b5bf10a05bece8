"""MultinomialLogisticLoss against Caffe and against its formula, and over replicas."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close, check_case, one_layer
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
SCORES = RNG.dirichlet(np.ones(4), 5).astype(np.float32)
LABELS = RNG.integers(0, 4, 5)
NET = one_layer('type: "MultinomialLogisticLoss"', (5, 4), (5,))


def test_gives_caffes_figures() -> None:
    check_case("multinomial")


def test_is_the_mean_of_minus_the_logarithm() -> None:
    run = run_layer(NET, [SCORES, LABELS])
    own = SCORES[np.arange(5), LABELS]
    assert_close(run.tops[0], -np.log(own).mean())
    wanted = np.zeros((5, 4))
    wanted[np.arange(5), LABELS] = -1 / own / 5
    assert_close(run.bottom_grads[0], wanted)
    assert run.bottom_grads[1] is None


def test_probabilities_of_zero_are_cut() -> None:
    net = one_layer('type: "MultinomialLogisticLoss"', (1, 2), (1,))
    run = run_layer(net, [[[0, 1]], [0]])
    assert_close(run.tops[0], -np.log(1e-20))
    assert_close(run.bottom_grads[0], [[-1e20, 0]])


def test_replicas_have_the_figures_of_one() -> None:
    arrays = {"bottom0": SCORES, "bottom1": LABELS}
    one, many = (run_replicas(NET, arrays, count) for count in (1, 3))
    np.testing.assert_allclose(many.tops["top0"][2], one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-6)


def test_a_label_out_of_range_is_told_in_one_line() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(NET, [SCORES, LABELS - 4])
    assert "MultinomialLogisticLoss layer 'layer'" in str(user_message(raised.value))


def test_refuses_another_number_of_labels() -> None:
    with pytest.raises(OwltfError, match="needs a label for each of"):
        net_of(one_layer('type: "MultinomialLogisticLoss"', (5, 4), (4,)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(NET)
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": tf.constant(SCORES), "bottom1": tf.constant(LABELS, tf.float32)}
    np.testing.assert_array_equal(loaded(feeds)["top0"], net.model(feeds)["top0"])
