"""Tests of errors for the user, from inside a pass."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.user_errors import marked, marked_assertion, user_errors, user_message


def test_other_errors_are_not_for_the_user() -> None:
    assert user_message(ValueError("something else")) is None


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


@pytest.mark.parametrize("traced", [False, True])
def test_an_assertion_is_told_in_its_own_words(traced: bool) -> None:
    def run(count: tf.Tensor) -> tf.Tensor:
        text = marked_assertion("layer 'größe \"{}\\n': ", tf.as_string(count), " rows")
        tf.debugging.Assert(count < 3, [text])
        return count

    run = tf.function(run) if traced else run
    with user_errors():
        assert run(tf.constant(2)) == 2
    with pytest.raises(OwltfError) as raised, user_errors():
        run(tf.constant(4))
    assert str(raised.value) == "layer 'größe \"{}\\n': 4 rows"


def test_errors_of_the_program_pass_through() -> None:
    with pytest.raises(ValueError, match="^something else$"), user_errors():
        raise ValueError("something else")
