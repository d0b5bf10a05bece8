"""BatchReindex against Caffe and against NumPy, and its errors."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from channels_last import run_after_convolution
from oracle_case import check_case, check_gradients, gradient_case, one_layer
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

X = np.random.default_rng(0).standard_normal((4, 3, 2)).astype(np.float32)
NUMBERS = np.array([2, 0, 2, 2, 3])
NET = one_layer('type: "BatchReindex"', X.shape, NUMBERS.shape)


def test_gives_caffes_figures() -> None:
    check_case("batch_reindex")


def test_picks_and_repeats_rows() -> None:
    case = gradient_case(NET, [X, NUMBERS], skip=["bottom_grad/1"])
    np.testing.assert_array_equal(case.run().tops[0], X[NUMBERS])
    check_gradients(case)
    assert net_of(NET).blob_shapes["top0"] == (5, 3, 2)


def test_the_gradient_is_dense() -> None:
    bottom = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(bottom)
        numbers = tf.constant(NUMBERS, tf.float32)
        top = net_of(NET).model({"bottom0": bottom, "bottom1": numbers})
        total = tf.reduce_sum(top["top0"])
    grad = tape.gradient(total, bottom)
    assert isinstance(grad, tf.Tensor)
    np.testing.assert_array_equal(grad[:, 0, 0], np.bincount(NUMBERS))


def test_of_a_blob_after_a_convolution() -> None:
    conv, top = run_after_convolution('type: "BatchReindex"', [np.float32([1, 1, 0])])
    np.testing.assert_array_equal(top, conv[[1, 1, 0]])


@pytest.mark.parametrize("number", [-1, 4])
def test_a_number_without_a_row_is_told_in_one_line(number: int) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(NET, [X, [0, number, 0, 0, 0]])
    message = user_message(raised.value)
    assert message is not None
    assert message.startswith("BatchReindex layer 'layer' (")
    assert f"row {number} is out of range: it must be from 0 to 3, as there are 4 rows" in message


def test_rows_are_not_picked_over_several_replicas() -> None:
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(NET, {"bottom0": X, "bottom1": NUMBERS}, 2)
    assert "BatchReindex layer 'layer'" in str(user_message(raised.value))


def test_refuses_numbers_of_several_axes() -> None:
    with pytest.raises(OwltfError, match=r"needs row numbers of one axis, got \(5, 1\)"):
        net_of(one_layer('type: "BatchReindex"', X.shape, (5, 1)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(NET)
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": X, "bottom1": NUMBERS.astype(np.float32)}
    np.testing.assert_array_equal(loaded(feeds)["top0"], X[NUMBERS])
