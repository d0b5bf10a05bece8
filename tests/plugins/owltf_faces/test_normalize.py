"""Normalize against its formula, and told from SSD's."""

from __future__ import annotations

import numpy as np
import owltf_faces
import owltf_ssd
import pytest
from face_layers import ROWS, X, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

LAYER = 'type: "Normalize" normalize_param { normalize_type: "%s" %s }'


@pytest.mark.parametrize("kind", ["L1", "L2"])
def test_features_have_length_1(kind: str) -> None:
    grad = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    got = run(one_layer(LAYER % (kind, ""), X.shape), X, top_grads=[grad])
    if kind == "L2":
        length = np.sqrt((X * X).sum(1, keepdims=True) + 1e-6)
        slope = X / length
    else:
        length, slope = np.abs(X).sum(1, keepdims=True) + 1e-6, np.sign(X)
    np.testing.assert_allclose(got.tops[0], X / length, rtol=1e-5)
    along = (grad * X / length).sum(1, keepdims=True)
    back = (grad - slope * along) / length
    np.testing.assert_allclose(got.bottom_grads[0], back, rtol=1e-4, atol=1e-5)


def test_ssds_is_told_by_its_field() -> None:
    with use_plugins(owltf_ssd, owltf_faces):
        counts = [
            len(net_of(one_layer(f'type: "Normalize" {fields}', X.shape)).params)
            for fields in ("", "normalize_param { }", "norm_param { across_spatial: false }")
        ]
    assert counts == [0, 0, 1]


@pytest.mark.parametrize(
    ("kind", "more", "told"), [("L3", "", "L3"), ("L2", "fix_gradient: true", "fix_gradient")]
)
def test_what_it_does_not_do_is_refused(kind: str, more: str, told: str) -> None:
    with use_plugins(owltf_faces), pytest.raises(OwltfError, match=told):
        net_of(one_layer(LAYER % (kind, more), X.shape))


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(one_layer(LAYER % ("L2", "bp_norm: true"), X.shape, tops=2), X)
    keeps_the_contract(one_layer(LAYER % ("L1", ""), X.shape), X)
    keeps_the_contract(one_layer('type: "Normalize"', (4, 5)), ROWS[0])
