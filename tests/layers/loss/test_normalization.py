"""Tests of what the sum of a loss is divided by."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.caffe.schema.schema import load_schema
from owltf.layers.loss.normalization import global_mean, ignore_label, normalization, normalized


def loss_param(**fields: object) -> object:
    schema = load_schema([])
    return schema.message("LossParameter")(**fields)


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({}, "unset"),
        ({"normalize": True}, "VALID"),
        ({"normalize": False}, "BATCH_SIZE"),
        ({"normalization": 0}, "FULL"),
        ({"normalization": 3, "normalize": True}, "NONE"),
    ],
)
def test_normalization_goes_before_normalize(fields: dict[str, object], mode: str) -> None:
    assert normalization(loss_param(**fields), "unset") == mode


def test_label_zero_can_be_ignored() -> None:
    assert ignore_label(loss_param()) is None
    assert ignore_label(loss_param(ignore_label=0)) == 0


VALUES = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
COUNTED = tf.constant([[True, False], [True, True], [False, False]])


@pytest.mark.parametrize(
    ("mode", "wanted"), [("FULL", 8 / 6), ("VALID", 8 / 3), ("BATCH_SIZE", 8 / 3), ("NONE", 8)]
)
def test_ignored_places_add_nothing(mode: str, wanted: float) -> None:
    np.testing.assert_allclose(normalized(VALUES, mode, 3, COUNTED), wanted, rtol=1e-6)


def test_all_places_count_by_default() -> None:
    np.testing.assert_allclose(normalized(VALUES, "VALID", 3), 3.5, rtol=1e-6)


def test_nothing_counted_gives_zero() -> None:
    assert float(global_mean(tf.constant(0.0), 0)) == 0
