"""Tests of checks that only a pass can make."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.devices import choose_devices
from owltf.runtime.graph_checks import (
    check_alike,
    check_labels,
    check_one_replica,
    check_range,
    check_room,
)
from owltf.runtime.user_errors import user_message

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


def test_what_needs_the_whole_batch_runs_on_one_device_only() -> None:
    check_one_replica("layer", "a sort")
    devices = choose_devices(cpu_replicas=2)
    with pytest.raises(OwltfError) as raised:
        devices.run(lambda: check_one_replica("layer", "a sort"))
    assert user_message(raised.value) == "layer: a sort needs the whole batch on one device"


def test_sizes_known_only_in_the_pass_are_compared() -> None:
    @tf.function(input_signature=[tf.TensorSpec((2, None)), tf.TensorSpec((2, None))])
    def run(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
        return check_alike(one, other, "sum", spreads=False)

    np.testing.assert_array_equal(run(tf.zeros((2, 3)), tf.ones((2, 3))), np.ones((2, 3)))
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run(tf.zeros((2, 3)), tf.ones((2, 1)))
    assert user_message(raised.value) == "the bottoms of layer 'sum' are of different sizes"
    one = tf.zeros((2, 3))
    assert check_alike(tf.zeros((2, 1)), one, "sum", spreads=True) is one


def test_an_image_must_have_room_for_a_window() -> None:
    @tf.function(input_signature=[tf.TensorSpec((1, None))])
    def run(images: tf.Tensor) -> tf.Tensor:
        return check_room(images, [tf.shape(images)[1] - 4], "pool")

    assert run(tf.zeros((1, 5))).shape == (1, 5)
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run(tf.zeros((1, 4)))
    assert user_message(raised.value) == "an image is too small for layer 'pool'"
    images = tf.zeros((1, 4))
    assert check_room(images, [0], "pool") is images
