"""The user's error behind what TensorFlow raises."""

from __future__ import annotations

import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.net.data_errors import plain_errors
from owltf.runtime.graph_checks import check_labels


def test_an_assertion_becomes_its_sentence() -> None:
    with pytest.raises(OwltfError, match="^layer 'x': label 7 is out of range"), plain_errors(()):
        check_labels(tf.constant([1.0, 7.0]), 3, "layer 'x'")


def test_other_errors_stay() -> None:
    with pytest.raises(ZeroDivisionError), plain_errors(()):
        raise ZeroDivisionError
