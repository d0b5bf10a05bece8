"""What TensorFlow compiles."""

from __future__ import annotations

import logging

import pytest
import tensorflow as tf

from owltf.runtime.compiled import compiled


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
