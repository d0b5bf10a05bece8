"""What the losses of regions are divided by."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_rcnn.normalized import NORMALIZATIONS, normalization_of

from owltf.caffe.schema.schema import load_schema


@pytest.mark.parametrize(
    ("mode", "loss"), [("NONE", 6), ("VALID", 3), ("FULL", 1), ("BATCH_SIZE", 2)]
)
def test_each_mode(mode: str, loss: float) -> None:
    each, counted = np.ones((3, 2, 1), np.float32), np.zeros((3, 2, 1), np.float32)
    counted[0] = 1
    assert float(NORMALIZATIONS[mode](each, counted)) == loss


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({}, "FULL"),
        ({"normalize": True}, "VALID"),
        ({"normalize": False}, "BATCH_SIZE"),
        ({"normalization": 3}, "NONE"),
    ],
)
def test_what_a_message_asks_for(fields: dict[str, int], mode: str) -> None:
    message = load_schema().message("LossParameter")(**fields)
    assert normalization_of(message, "FULL") == mode
