"""Upsample gives SegNet's figures, and puts values where a pooling's mask says."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest
from segmentation_layers import RNG, X, check_oracle, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

MASK = np.stack([RNG.permutation(120)[:30].reshape(5, 6) for _ in range(12)])
MASK = MASK.reshape(X.shape).astype(np.float32)


def test_the_forks_figures() -> None:
    check_oracle("segnet_upsample")


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ("scale: 2", (10, 12)),
        ("scale_h: 3 scale_w: 4", (15, 24)),
        ("upsample_h: 11 upsample_w: 12", (11, 12)),
    ],
)
def test_values_are_put_where_the_mask_says(fields: str, size: tuple[int, int]) -> None:
    net = one_layer(f'type: "Upsample" upsample_param {{ {fields} }}', X.shape, X.shape)
    grad = RNG.normal(size=(4, 3, *size)).astype(np.float32)
    got = run(net, X, MASK, top_grads=[grad])
    wanted = np.zeros((4, 3, size[0] * size[1]), np.float32)
    places = MASK.reshape(4, 3, -1).astype(int)
    np.put_along_axis(wanted, places, X.reshape(4, 3, -1), axis=2)
    np.testing.assert_array_equal(got.tops[0], wanted.reshape(4, 3, *size))
    back = np.take_along_axis(grad.reshape(4, 3, -1), places, axis=2).reshape(X.shape)
    np.testing.assert_array_equal(got.bottom_grads[0], back)


def test_padding_takes_the_last_row_off() -> None:
    mask = np.where(MASK < 108, MASK, MASK - 108)
    net = one_layer('type: "Upsample" upsample_param { pad_out_h: true }', X.shape, X.shape)
    assert run(net, X, mask, top_grads=[np.zeros((4, 3, 9, 12))]).tops[0].shape == (4, 3, 9, 12)


def test_a_place_beyond_the_top_is_an_error() -> None:
    net = one_layer('type: "Upsample" upsample_param { scale: 1 }', X.shape, X.shape)
    with use_plugins(owltf_segmentation):
        built = net_of(net)
        with pytest.raises(OwltfError, match="place .* is out of range"):
            built.forward({"bottom0": X, "bottom1": MASK})


def test_one_size_without_the_other_is_refused() -> None:
    net = one_layer('type: "Upsample" upsample_param { upsample_h: 3 }', X.shape, X.shape)
    with use_plugins(owltf_segmentation), pytest.raises(OwltfError, match="both or neither"):
        net_of(net)


def test_what_every_layer_keeps() -> None:
    net = one_layer('type: "Upsample" upsample_param { scale: 2 }', X.shape, X.shape)
    keeps_the_contract(net, X, MASK, no_gradient=[1], sizes=False)
