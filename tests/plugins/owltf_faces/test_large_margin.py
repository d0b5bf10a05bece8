"""LargeMarginInnerProduct against its formula."""

from __future__ import annotations

import numpy as np
import owltf_faces
import pytest
from face_layers import LABELS, ROWS, keeps_the_contract
from owltf_faces.large_margin import margin_of

from owltf.testing import LAYER, net_of, one_layer, use_plugins

WEIGHTS = np.random.default_rng(2).normal(size=(3, 5)).astype(np.float32)
FIELDS = 'type: "LargeMarginInnerProduct" largemargin_inner_product_param { num_output: 3 %s }'


def margin(angle: np.ndarray, times: int) -> np.ndarray:
    """Return (-1)^k cos(m t) - 2 k."""
    whole = np.minimum(np.floor(angle * times / np.pi), times - 1)
    return np.asarray((-1) ** whole * np.cos(times * angle) - 2 * whole)


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_the_margin_falls_with_the_angle(times: int) -> None:
    angles = np.linspace(0.01, np.pi - 0.01, 101)
    got = np.asarray(margin_of(np.cos(angles).astype(np.float32), times))
    np.testing.assert_allclose(got, margin(angles, times), atol=1e-3)
    assert (np.diff(got) < 1e-4).all()


@pytest.mark.parametrize(("kind", "times"), [("DOUBLE", 2), ("TRIPLE", 3), ("QUADRUPLE", 4)])
def test_the_true_classs_angle_counts_several_times(kind: str, times: int) -> None:
    fields = f"type: {kind} base: 10 gamma: 0.5 power: 2 lambda_min: 0.7 iteration: 1"
    with use_plugins(owltf_faces):
        net = net_of(one_layer(FIELDS % fields, (4, 5), (4,), tops=2))
        net.set_params({LAYER: [WEIGHTS]})
        given = {"bottom0": ROWS[0], "bottom1": LABELS}
        passes = [net.forward(given) for _ in range(4)]
    product = ROWS[0] @ WEIGHTS.T
    lengths = np.outer(np.linalg.norm(ROWS[0], axis=1), np.linalg.norm(WEIGHTS, axis=1))
    wide = product.copy()
    place = np.arange(4), LABELS.astype(int)
    wide[place] = (lengths * margin(np.arccos(product / lengths), times))[place]
    for number, tops in enumerate(passes, 1):
        strength = max(10 * (1 + 0.5 * (number + 1)) ** -2, 0.7)
        np.testing.assert_allclose(tops["top1"], strength, rtol=1e-5)
        wanted = (wide + strength * product) / (1 + strength)
        np.testing.assert_allclose(tops["top0"], wanted, rtol=1e-4, atol=1e-5)


def test_what_every_layer_keeps() -> None:
    filler = 'weight_filler { type: "xavier" }'
    net = one_layer(FIELDS % f"type: TRIPLE {filler}", (4, 5), (4,))
    keeps_the_contract(net, ROWS[0], LABELS, no_gradient=[1], replicas=1)
