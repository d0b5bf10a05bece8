"""Tests of models that take nothing."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from owltf.net.no_inputs import ModelWithoutInputs


def model() -> ModelWithoutInputs:
    any_input = keras.Input(batch_shape=())
    ones = keras.layers.Dense(2, kernel_initializer="ones", bias_initializer="ones")
    return ModelWithoutInputs(keras.Model(any_input, ones(keras.ops.reshape(any_input, (1, 1)))))


def test_needs_no_input() -> None:
    for feeds in ({}, [], None):
        np.testing.assert_array_equal(model()(feeds), [[1, 1]])


def test_is_saved_with_its_weights(tmp_path: Path) -> None:
    saved = model()
    saved.weights[1].assign([2, 3])
    saved.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded({}), [[2, 3]])
