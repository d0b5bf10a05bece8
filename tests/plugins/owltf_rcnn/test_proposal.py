"""Proposal against the definition that Faster R-CNN's Python layer gives."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import pytest
from owltf_rcnn.proposal import anchors_of, placed_anchors
from rcnn_layers import REGIONS_ONLY, RNG, keeps_the_contract

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

SCORES = RNG.uniform(size=(1, 6, 5, 6)).astype(np.float32)
DELTAS = (RNG.normal(size=(1, 12, 5, 6)) * 0.3).astype(np.float32)
INFO = np.array([[80, 96, 1.5]], np.float32)
LAYER = 'type: "Proposal" proposal_param { ratio: 0.5 ratio: 1 ratio: 2 scale: 2 min_size: 8 %s }'


def layer(fields: str, tops: int = 2) -> str:
    return one_layer(LAYER % fields, SCORES.shape, DELTAS.shape, INFO.shape, tops=tops)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the intersection of two regions by their union, both corners belonging to each."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) + 1
    shared = np.prod(np.maximum(sides, 0))
    areas = [np.prod(each[2:] - each[:2] + 1) for each in (a, b)]
    return float(shared / (sum(areas) - shared))


def proposals(before: int, after: int, limit: float, stride: int) -> list[tuple[float, np.ndarray]]:
    """Return the scores and regions, one by one."""
    anchors = anchors_of(16, [0.5, 1, 2], [2])
    found = []
    for y, x, a in np.ndindex(5, 6, 3):
        anchor = anchors[a] + np.array([x, y, x, y]) * stride
        size = anchor[2:] - anchor[:2] + 1
        shift = DELTAS[0, 4 * a : 4 * a + 4, y, x].astype(np.float64)
        centre = anchor[:2] + size / 2 + shift[:2] * size
        half = np.exp(shift[2:]) * size / 2
        box = np.concatenate([centre - half, centre + half])
        box = np.clip(box, 0, np.array([95, 79, 95, 79]))
        if min(box[2:] - box[:2] + 1) >= 8 * 1.5:
            found.append((float(SCORES[0, 3 + a, y, x]), box))
    found.sort(key=lambda each: -each[0])
    kept: list[tuple[float, np.ndarray]] = []
    for each in found[:before]:
        if all(overlap(each[1], other[1]) <= limit for other in kept):
            kept.append(each)
    return kept[:after]


@pytest.mark.parametrize(
    ("before", "after", "limit", "stride"),
    [(6000, 300, 0.7, 16), (30, 7, 0.3, 16), (50, 99, 0.5, 8)],
)
def test_the_best_regions(before: int, after: int, limit: float, stride: int) -> None:
    fields = f"pre_nms_topn: {before} post_nms_topn: {after} nms_thresh: {limit}"
    fields += f" feat_stride: {stride}"
    with use_plugins(owltf_rcnn):
        tops = net_of(layer(fields)).forward(
            {"bottom0": SCORES, "bottom1": DELTAS, "bottom2": INFO}
        )
    wanted = proposals(before, after, limit, stride)
    np.testing.assert_allclose(tops["top1"].ravel(), [score for score, _ in wanted], rtol=1e-6)
    assert (tops["top0"][:, 0] == 0).all()
    np.testing.assert_allclose(tops["top0"][:, 1:], [box for _, box in wanted], atol=1e-3)


def test_the_anchors_of_faster_rcnn() -> None:
    anchors = anchors_of(16, [0.5, 1, 2], [8, 16, 32])
    assert anchors[0].tolist() == [-84, -40, 99, 55]
    assert anchors[3].tolist() == [-56, -56, 71, 71]
    assert anchors[8].tolist() == [-168, -344, 183, 359]
    assert placed_anchors(anchors, 16, 2, 3).shape == (54, 4)


def test_several_images_are_refused() -> None:
    net = one_layer(LAYER % "", (2, 6, 5, 6), (2, 12, 5, 6), (2, 3))
    with use_plugins(owltf_rcnn), pytest.raises(OwltfError, match="3 anchors need scores"):
        net_of(net)


def test_what_every_layer_keeps() -> None:
    net = layer("post_nms_topn: 20")
    keeps_the_contract(net, SCORES, DELTAS, INFO, no_gradient=[0, 1, 2], **REGIONS_ONLY)
