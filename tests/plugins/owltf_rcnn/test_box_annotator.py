"""BoxAnnotatorOHEM against its definition."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import pytest
from rcnn_layers import REGIONS_ONLY, RNG, keeps_the_contract, regions

from owltf.testing import net_of, one_layer, use_plugins

ROIS = regions(9, 9, 9)[:, :, None, None]
LOSS = RNG.uniform(size=(9, 1, 1, 1)).astype(np.float32)
LABELS = RNG.integers(0, 5, size=(9, 1, 1, 1)).astype(np.float32)
WEIGHTS = RNG.uniform(0.1, 1, size=(9, 8, 1, 1)).astype(np.float32)
BOTTOMS = [ROIS, LOSS, LABELS, WEIGHTS]
LAYER = 'type: "BoxAnnotatorOHEM" box_annotator_ohem_param { roi_per_img: %d ignore_label: -1 }'


@pytest.mark.parametrize("most", [1, 3, 99])
def test_the_hardest_of_each_image_are_kept(most: int) -> None:
    net = one_layer(LAYER % most, *[each.shape for each in BOTTOMS], tops=2)
    with use_plugins(owltf_rcnn):
        given = {f"bottom{index}": each for index, each in enumerate(BOTTOMS)}
        tops = net_of(net).forward(given)
    labels, weights = np.full_like(LABELS, -1), np.zeros_like(WEIGHTS)
    for image in (0, 1):
        own = [each for each in np.argsort(-LOSS.ravel()) if ROIS[each, 0, 0, 0] == image][:most]
        labels[own], weights[own] = LABELS[own], WEIGHTS[own]
    np.testing.assert_array_equal(tops["top0"], labels)
    np.testing.assert_array_equal(tops["top1"], weights)


def test_what_every_layer_keeps() -> None:
    net = one_layer(LAYER % 2, *[each.shape for each in BOTTOMS], tops=2)
    keeps_the_contract(net, *BOTTOMS, no_gradient=[0, 1, 2, 3], **REGIONS_ONLY)
