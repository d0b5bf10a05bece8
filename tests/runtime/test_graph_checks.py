"""Tests of errors that only a pass can find."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.devices import choose_devices
from owltf.runtime.graph_checks import (
    check_labels,
    check_one_replica,
    check_range,
    marked,
    user_message,
)

TITLES = ["Accuracy layer 'top 1' (net.prototxt:3)", "SoftmaxWithLoss layer 'größe \"{}\\n' (a:1)"]


@pytest.mark.parametrize("ignore", [None, 2, -1])
def test_labels_come_back_as_whole_numbers(ignore: int | None) -> None:
    labels = tf.constant([[0.0, 1.9], [2.0, 3.0 if ignore != -1 else -1.0]])
    whole, counted = check_labels(labels, 4, "layer", ignore)
    assert whole.dtype == tf.int32
    wanted = np.array([[0, 1], [2, 3 if ignore != -1 else -1]])
    if ignore is None:
        assert counted is None
        np.testing.assert_array_equal(whole, wanted)
    else:
        np.testing.assert_array_equal(counted, wanted != ignore)
        np.testing.assert_array_equal(whole, np.where(wanted == ignore, 0, wanted))


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("label", [4, -1, 300])
@pytest.mark.parametrize("traced", [False, True])
def test_a_label_without_a_class_ends_the_pass(title: str, label: int, traced: bool) -> None:
    def run(labels: tf.Tensor) -> tf.Tensor:
        return check_labels(labels, 4, title, 2)[0]

    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        (tf.function(run) if traced else run)(tf.constant([1.0, 2.0, label, 3.0]))
    assert user_message(raised.value) == (
        f"{title}: label {label} is out of range: it must be from 0 to 3, as there are 4 classes"
    )


def test_a_number_beyond_a_count_known_only_in_the_pass() -> None:
    @tf.function
    def run(numbers: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        return check_range(numbers, tf.shape(rows)[0], "layer", "row", "rows")

    numbers = tf.constant([0, 2, 1])
    np.testing.assert_array_equal(run(numbers, tf.zeros(3)), numbers)
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run(numbers, tf.zeros(2))
    assert user_message(raised.value) == (
        "layer: row 2 is out of range: it must be from 0 to 1, as there are 2 rows"
    )


def test_other_errors_are_not_for_the_user() -> None:
    assert user_message(ValueError("something else")) is None


def test_what_needs_the_whole_batch_runs_on_one_device_only() -> None:
    check_one_replica("layer", "a sort")
    devices = choose_devices(cpu_replicas=2)
    with pytest.raises(OwltfError) as raised:
        devices.run(lambda: check_one_replica("layer", "a sort"))
    assert user_message(raised.value) == "layer: a sort needs the whole batch on one device"


@pytest.mark.parametrize("traced", [False, True])
def test_a_marked_error_of_python_code_is_found(traced: bool) -> None:
    message = "Python layer 'größe' (net:1): failed at C:\\nets\\1.py:3: 'x' \"y\""

    def fail(_: np.ndarray) -> None:
        raise OwltfError(marked(message))

    def run(x: tf.Tensor) -> tf.Tensor:
        return tf.numpy_function(fail, [x], tf.float32)

    with pytest.raises((OwltfError, tf.errors.OpError)) as raised:
        (tf.function(run) if traced else run)(tf.zeros(()))
    assert user_message(raised.value) == message
