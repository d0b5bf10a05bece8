"""MultiBoxLoss is what its definition says, whatever its fields."""

from __future__ import annotations

import numpy as np
import owltf_ssd
import pytest
from multi_box_reference import Options, loss

from owltf.api import OwltfError
from owltf.testing import one_layer, run_layer, use_plugins

OPTIONS = [
    Options(code_type="CORNER_SIZE", loc_loss_type="L2", neg_pos_ratio=1.5, neg_overlap=0.2),
    Options(match_type="BIPARTITE", use_difficult_gt=False, loc_weight=2.0),
    Options(mining_type="NONE", conf_loss_type="LOGISTIC", overlap_threshold=0.35),
    Options(mining_type="HARD_EXAMPLE", sample_size=7, ignore_cross_boundary_bbox=True),
    Options(mining_type="HARD_EXAMPLE", sample_size=6, nms=(0.2, 20)),
    Options(nms=(0.1, 9), use_prior_for_nms=True),
    Options(encode_variance_in_target=True, code_type="CENTER_SIZE"),
    Options(bp_inside=True, use_prior_for_matching=False, code_type="CENTER_SIZE"),
    Options(share_location=False, use_prior_for_matching=False),
    Options(share_location=False, mining_type="HARD_EXAMPLE", sample_size=5),
    Options(share_location=False, background_label_id=1, num_classes=4),
    Options(num_classes=2, map_object_to_agnostic=True),
]


def drawn(seed: int, options: Options) -> list[np.ndarray]:
    """Return the bottoms of three images, the last of which has no true box."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(-0.05, 0.7, (24, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(0.15, 0.4, (24, 2))], 1)
    variance = rng.uniform(0.1, 0.3, (24, 4))
    priors = np.stack([boxes, variance]).reshape(1, 2, -1)
    own = 1 if options.share_location else options.num_classes
    labels = [n for n in range(options.num_classes) if n != options.background_label_id]
    truth = []
    for place, source in enumerate((0, 5, 11, 17, 20)):
        box = np.clip(boxes[source] + rng.uniform(-0.03, 0.03, 4), 0.01, 0.99)
        truth.append([place % 2, labels[place % len(labels)], 0, *box, place == 3])
    bottoms = [
        rng.normal(size=(3, 24 * own * 4)) / 2,
        rng.normal(size=(3, 24 * options.num_classes)),
    ]
    return [each.astype(np.float32) for each in (*bottoms, priors, np.array(truth)[None, None])]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda each: each.text()[22:60])
def test_the_definition(options: Options) -> None:
    bottoms = drawn(4, options)
    fields = f'type: "MultiBoxLoss" {options.text()}'
    with use_plugins(owltf_ssd):
        run = run_layer(one_layer(fields, *(each.shape for each in bottoms)), bottoms)
    np.testing.assert_allclose(run.tops[0], loss(*bottoms, options), rtol=1e-4)
    grad = run.bottom_grads[0]
    assert grad is not None
    place = np.unravel_index(np.argmax(np.abs(grad)), grad.shape)
    assert grad[place] != 0
    # Caffe hands the gradient of a scaled difference back unscaled.
    variance = bottoms[2][0, 1].reshape(-1, 4)
    places = bottoms[0].shape[1] // len(variance)
    unscaled = (
        variance[place[1] // places, place[1] % 4] if options.encode_variance_in_target else 1
    )
    moved = [bottoms[0].copy() for _ in range(2)]
    moved[0][place] += 1e-3
    moved[1][place] -= 1e-3
    one, other = (loss(each, *bottoms[1:], options) for each in moved)
    np.testing.assert_allclose(grad[place], (one - other) / 2e-3 * unscaled, rtol=2e-2)


def test_suppression_without_a_count_is_refused() -> None:
    options = Options()
    shapes = [each.shape for each in drawn(0, options)]
    fields = 'type: "MultiBoxLoss" multibox_loss_param { num_classes: 3 nms_param { } }'
    with use_plugins(owltf_ssd), pytest.raises(OwltfError, match="nms_param needs a top_k"):
        run_layer(one_layer(fields, *shapes), drawn(0, options))
