"""ChannelScale against its formula."""

from __future__ import annotations

import numpy as np
import owltf_faces
import pytest
from face_layers import RNG, X, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

FACTORS = RNG.normal(size=(4, 1, 5, 6)).astype(np.float32)
LAYER = 'type: "ChannelScale" channel_scale_param { %s }'


@pytest.mark.parametrize(
    ("fields", "forward", "feature", "factor"),
    [
        ("", True, True, True),
        ("do_forward: false", False, True, True),
        ("do_backward_feature: false", True, False, True),
        ("do_backward_scale: false", True, True, False),
    ],
)
def test_each_direction(fields: str, forward: bool, feature: bool, factor: bool) -> None:
    grad = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    got = run(one_layer(LAYER % fields, X.shape, FACTORS.shape), X, FACTORS, top_grads=[grad])
    np.testing.assert_allclose(got.tops[0], X * FACTORS if forward else X, rtol=1e-5, atol=1e-6)
    back = grad * FACTORS if feature else grad
    np.testing.assert_allclose(got.bottom_grads[0], back, rtol=1e-5, atol=1e-6)
    wanted = (grad * X).sum(1, keepdims=True) if factor else np.zeros_like(FACTORS)
    found = got.bottom_grads[1] if got.bottom_grads[1] is not None else np.zeros_like(FACTORS)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_one_factor_for_all_is_refused() -> None:
    net = one_layer(LAYER % "global_scale: true", X.shape, FACTORS.shape)
    with use_plugins(owltf_faces), pytest.raises(OwltfError, match="global_scale"):
        net_of(net)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(one_layer(LAYER % "", X.shape, FACTORS.shape), X, FACTORS)
