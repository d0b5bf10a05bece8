"""Pooling with `ceil_mode` rounds the number of windows as it says."""

from __future__ import annotations

import owltf_segmentation
import pytest
from segmentation_layers import X, keeps_the_contract

from owltf.testing import net_of, one_layer, use_plugins

LAYER = 'type: "Pooling" pooling_param { pool: MAX kernel_size: 2 stride: 2 %s }'


@pytest.mark.parametrize(
    ("field", "rows"), [("", 3), ("ceil_mode: true", 3), ("ceil_mode: false", 2)]
)
def test_the_number_of_windows(field: str, rows: int) -> None:
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % field, X.shape))
    assert net.blob_shapes["top0"] == (4, 3, rows, 3)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(one_layer(LAYER % "ceil_mode: false", X.shape), X)
