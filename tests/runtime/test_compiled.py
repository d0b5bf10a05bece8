"""What TensorFlow compiles."""

from __future__ import annotations

import logging

import pytest
import tensorflow as tf

from owltf.runtime.compiled import as_written, compiled


def scaled(value: tf.Tensor, factor: float) -> tf.Tensor:
    return value * factor


def test_arguments_are_fixed() -> None:
    assert compiled(scaled, factor=3.0)(tf.constant(2.0)) == 6


def test_many_tracings_of_one_code_are_no_reason_to_warn(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tf.get_logger(), "propagate", True)
    with caplog.at_level(logging.WARNING):
        for number in range(12):
            compiled(scaled, factor=float(number))(tf.constant(1.0))
    assert not caplog.records


# On Python 3.13 AutoGraph itself warns, and an error there stops it.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_as_written_is_not_rewritten() -> None:
    def turned(value: tf.Tensor) -> tf.Tensor:
        return -value if value > 0 else value

    numbers = tf.data.Dataset.range(3)
    assert [*numbers.map(turned).as_numpy_iterator()] == [0, -1, -2]
    with pytest.raises(TypeError, match="symbolic `tf.Tensor` as a Python `bool`"):
        numbers.map(as_written(turned))
