"""What layers of regions have in common."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import pytest
from rcnn_layers import FEATURES, ROIS

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

LAYER = 'type: "ROIPooling" roi_pooling_param { %s }'


def test_a_pooled_size_is_both_sides() -> None:
    with use_plugins(owltf_rcnn):
        net = net_of(one_layer(LAYER % "pooled_size: 4", FEATURES.shape, ROIS.shape))
    assert net.blob_shapes["top0"] == (6, 12, 4, 4)


@pytest.mark.parametrize(
    ("fields", "rois", "told"),
    [
        ("pooled_h: 2 pooled_w: 2", (6, 4), "needs features"),
        ("pooled_h: 2", (6, 5), "must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(fields: str, rois: tuple[int, int], told: str) -> None:
    with use_plugins(owltf_rcnn), pytest.raises(OwltfError, match=told):
        net_of(one_layer(LAYER % fields, FEATURES.shape, rois))


def test_a_region_of_no_image_is_an_error() -> None:
    with use_plugins(owltf_rcnn):
        net = net_of(one_layer(LAYER % "pooled_size: 1", FEATURES.shape, ROIS.shape))
        with pytest.raises(OwltfError, match="image 2 is out of range"):
            net.forward({"bottom0": FEATURES, "bottom1": np.full_like(ROIS, 2)})
