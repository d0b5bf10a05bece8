"""SoftmaxWithLossOHEM against its formula."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import pytest
from rcnn_layers import RNG, keeps_the_contract, run

from owltf.testing import net_of, one_layer, use_plugins

SCORES = RNG.normal(size=(4, 3, 2, 1)).astype(np.float32)
LABELS = RNG.integers(0, 3, size=(4, 1, 2, 1)).astype(np.float32)
LABELS[0, 0, 0, 0] = -1
LAYER = 'type: "SoftmaxWithLossOHEM" loss_param { ignore_label: -1 %s }'


@pytest.mark.parametrize(("mode", "count"), [("", 7), ("normalize: false", 4)])
def test_the_loss_of_each_region(mode: str, count: int) -> None:
    net = one_layer(LAYER % mode, SCORES.shape, LABELS.shape, tops=3)
    with use_plugins(owltf_rcnn):
        tops = net_of(net).forward({"bottom0": SCORES, "bottom1": LABELS})
    prob = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
    known = np.maximum(LABELS, 0).astype(int)
    each = -np.log(np.take_along_axis(prob, known, 1)) * (LABELS >= 0)
    np.testing.assert_allclose(tops["top1"], prob, rtol=1e-5)
    np.testing.assert_allclose(tops["top2"], each, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(tops["top0"], each.sum() / count, rtol=1e-5)
    loss = run(one_layer(LAYER % mode, SCORES.shape, LABELS.shape), SCORES, LABELS)
    wanted = (prob - (np.arange(3)[None, :, None, None] == known)) * (LABELS >= 0) / count
    np.testing.assert_allclose(loss.bottom_grads[0], wanted, rtol=1e-4, atol=1e-6)


def test_what_every_layer_keeps() -> None:
    net = one_layer(LAYER % "", SCORES.shape, LABELS.shape, tops=3)
    keeps_the_contract(net, SCORES, LABELS, no_gradient=[1])
