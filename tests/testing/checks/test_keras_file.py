"""check_keras_file: models as Keras saves them."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.testing import check_keras_file, one_layer
from owltf.testing.case import LayerCase
from owltf.testing.checks.keras_file import compare_loaded


def test_a_layer_passes() -> None:
    check_keras_file(net("Good"), [X], params=[GAIN])


def test_a_net_without_outputs_has_no_model() -> None:
    check_keras_file(one_layer('type: "Silence"', (2, 3), tops=0), [X[:2]])


def test_the_loaded_model_is_given(tmp_path: Path) -> None:
    built = LayerCase.of(net("Good"), [X], [GAIN]).build()
    loaded = compare_loaded(built, {"bottom0": X}, tmp_path)
    assert isinstance(loaded, keras.Model)
    np.testing.assert_array_equal(loaded.get_layer("layer").gain, GAIN)
    assert (tmp_path / "net.keras").exists()


def test_what_a_layer_forgets_is_told() -> None:
    message = r"^a net's model .* saved as .keras and loaded; output 'top0': at \(\d, \d\): got"
    with pytest.raises(AssertionError, match=message):
        check_keras_file(net("Forgets"), [X])


def test_what_cannot_be_loaded_is_told_in_one_line() -> None:
    message = r"^a net's model must be .* loaded; \w+Error: .*ambda"
    with pytest.raises(AssertionError, match=message) as raised:
        check_keras_file(net("Code"), [X])
    assert "\n" not in str(raised.value)
