"""Tests of the names that Keras gets for Caffe's."""

from __future__ import annotations

import re
from itertools import pairwise

import keras
import pytest
import tensorflow as tf

from owltf.convert.keras_names import KerasNames, keras_name

# KerasNames that differ by what is escaped, by how it is escaped, and by what escapes look like.
NAMES = [
    "conv1",
    "Conv1",
    "loss3/classifier",
    "loss3.classifier",
    "loss3_classifier",
    "loss3-classifier",
    "loss3 classifier",
    "loss3//classifier",
    "loss3/.classifier",
    "loss3./classifier",
    "/conv",
    "conv/",
    ".conv",
    "conv.",
    "_conv",
    "-conv",
    "__conv",
    "a/b/c",
    "a/b.c",
    "a.b/c",
    "a.-2f-b",
    "a.-2e-b",
    "a/-2f-b",
    "a/-2e-b",
    "a/-b",
    "a/--b",
    "a.-b",
    "a-/b",
    "a/-/b",
    "a/_b",
    "a:b",
    "a@b",
    "a+b",
    "a(b",
    "a,b",
    "a%b",
    "a\\b",
    "a\nb",
    "a'b",
    'a"b',
    "größe",
    "grosse",
    "层",
    "层/1",
    "😀",
    "1",
    "/",
    "//",
    ".",
    "-",
    "_",
    "/-",
    "-/",
    "._",
    "a.flatten",
    "a/flatten",
]


def test_different_names_stay_different() -> None:
    assert len({keras_name(name) for name in NAMES}) == len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_keras_and_tensorflow_accept_the_name(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9.][A-Za-z0-9_.-]*", keras_name(name))
    layer = keras.layers.Dense(1, name=keras_name(name))
    tf.function(lambda: layer(tf.ones((1, 2)))).get_concrete_function()


def test_names_that_are_accepted_stay_readable() -> None:
    assert keras_name("conv1_1") == "conv1_1"
    assert keras_name("loss3/classifier") == "loss3.classifier"


def test_each_name_is_given_once() -> None:
    names = KerasNames(NAMES)
    given = [names.own(name) for name in NAMES]
    given += [names.helper(name, "flatten") for name in NAMES for _ in range(2)]
    given += [names.own(name) for name in NAMES]
    assert all(one != other for one, other in pairwise(sorted(given)))


def test_helpers_leave_the_nets_own_names_alone() -> None:
    names = KerasNames(["a", "a/flatten"])
    assert names.helper("a", "flatten") == "a.flatten.2"
    assert names.own("a/flatten") == "a.flatten"
