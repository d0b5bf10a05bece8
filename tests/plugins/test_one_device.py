"""Layers that compare all regions or passes of a batch say that they need one device."""

from __future__ import annotations

import numpy as np
import owltf_faces
import owltf_rcnn
import pytest

from owltf.api import OwltfError
from owltf.testing import one_layer, run_replicas, use_plugins

ROIS = np.zeros((4, 5), np.float32)
IMAGES = np.zeros((4, 4, 3, 3), np.float32)
PLACES = np.zeros((4, 1, 1, 1), np.float32)
POOLED = "pooled_h: 1 pooled_w: 1"
FILLER = 'weight_filler { type: "xavier" }'
MARGIN = f"largemargin_inner_product_param {{ num_output: 2 type: DOUBLE {FILLER} }}"
BINS = "psroi_pooling_param { output_dim: 1 group_size: 2 spatial_scale: 1 }"


@pytest.mark.parametrize(
    ("layer", "bottoms", "tops"),
    [
        (f'type: "ROIPooling" roi_pooling_param {{ {POOLED} }}', (IMAGES, ROIS), 1),
        (f'type: "ROIAlign" roi_align_param {{ {POOLED} }}', (IMAGES, ROIS), 1),
        (
            f'type: "PSROIPooling" {BINS}',
            (IMAGES, ROIS),
            1,
        ),
        (
            'type: "BoxAnnotatorOHEM" box_annotator_ohem_param { roi_per_img: 2 }',
            (ROIS[:, :, None, None], PLACES, PLACES, PLACES),
            2,
        ),
        (f'type: "LargeMarginInnerProduct" {MARGIN}', (ROIS, PLACES[:, 0, 0, 0]), 1),
    ],
)
def test_two_devices_are_refused(layer: str, bottoms: tuple[np.ndarray, ...], tops: int) -> None:
    net = one_layer(layer, *(each.shape for each in bottoms), tops=tops)
    given = {f"bottom{place}": each for place, each in enumerate(bottoms)}
    with use_plugins(owltf_faces, owltf_rcnn), pytest.raises(OwltfError, match="one device"):
        run_replicas(net, given, 2)
