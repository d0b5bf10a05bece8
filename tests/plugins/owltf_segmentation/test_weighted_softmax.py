"""SoftmaxWithLoss weighs labels by their classes, forward and backward, as SegNet does."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest

from owltf.api import OwltfError
from owltf.testing import net_of, one_layer, run_layer, run_replicas, use_plugins

SCORES = np.random.default_rng(0).normal(size=(2, 3, 2, 4)).astype(np.float32)
LABELS = np.array([[0, 1, 2, 2, 2, 255, 0, 0], [0, 0, 0, 1, 0, 0, 255, 2]], np.float32)
LABELS = LABELS.reshape(2, 1, 2, 4)
LAYER = 'type: "SoftmaxWithLoss" loss_param {{ weight_by_label_freqs: true ignore_label: 255 {} }}'


@pytest.mark.parametrize(
    ("fields", "weights"),
    [
        ("class_weighting: 0.5 class_weighting: 2 class_weighting: 1.5", [0.5, 2, 1.5]),
        ("", [1 / 8, 1 / 2, 1 / 4]),
    ],
)
def test_the_definition(fields: str, weights: list[float]) -> None:
    net = one_layer(LAYER.format(fields), SCORES.shape, LABELS.shape)
    with use_plugins(owltf_segmentation):
        run = run_layer(net, [SCORES, LABELS])
        halves = run_replicas(net, {"bottom0": SCORES, "bottom1": LABELS}, 2)
    powers = np.exp(SCORES.astype(np.float64))
    shares = powers / powers.sum(1, keepdims=True)
    loss, grad = 0.0, np.zeros_like(shares)
    for n, y, x in np.ndindex(2, 2, 4):
        label = int(LABELS[n, 0, y, x])
        if label != 255:
            loss -= np.log(shares[n, label, y, x]) * weights[label]
            grad[n, :, y, x] = (shares[n, :, y, x] - np.eye(3)[label]) * weights[label]
    np.testing.assert_allclose(run.tops[0], loss / 14, rtol=1e-5)
    np.testing.assert_allclose(run.bottom_grads[0], grad / 14, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(halves.grads["bottom0"], grad / 14, rtol=1e-4, atol=1e-7)


def test_weights_without_the_switch_are_refused() -> None:
    net = one_layer(
        'type: "SoftmaxWithLoss" loss_param { class_weighting: 1 }', SCORES.shape, LABELS.shape
    )
    with use_plugins(owltf_segmentation), pytest.raises(OwltfError, match="needs weight_by_label"):
        net_of(net)


def test_a_weight_for_each_class() -> None:
    net = one_layer(LAYER.format("class_weighting: 1"), SCORES.shape, LABELS.shape)
    with use_plugins(owltf_segmentation), pytest.raises(OwltfError, match="3 classes"):
        net_of(net)
