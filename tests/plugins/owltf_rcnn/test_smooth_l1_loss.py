"""SmoothL1Loss with sigma gives the figures of a real build; the other against its formula."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import owltf_ssd
import pytest
from rcnn_layers import RNG, check_oracle, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, run_layer, use_plugins

FOUR = [RNG.normal(size=(4, 6)).astype(np.float32) for _ in range(4)]
THREE = [RNG.normal(size=(4, 8, 1, 1)).astype(np.float32) for _ in range(3)]


def test_the_forks_figures() -> None:
    check_oracle("smooth_l1_sigma")


def test_each_fork_takes_its_own_losses() -> None:
    plain = one_layer('type: "SmoothL1Loss"', (4, 6), (4, 6))
    wide = one_layer('type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 1 }', (4, 6), (4, 6))
    with use_plugins(owltf_ssd, owltf_rcnn):
        losses = [float(run_layer(net, FOUR[:2]).tops[0]) for net in (plain, wide)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_bottoms_of_other_shapes_are_refused() -> None:
    with use_plugins(owltf_rcnn), pytest.raises(OwltfError, match="must have one shape"):
        net_of(one_layer('type: "SmoothL1Loss"', (4, 6), (4, 5)))


@pytest.mark.parametrize(("mode", "count"), [("VALID", 4), ("BATCH_SIZE", 4), ("NONE", 1)])
def test_the_loss_of_each_region(mode: str, count: int) -> None:
    fields = f'type: "SmoothL1LossOHEM" loss_param {{ normalization: {mode} }}'
    net = one_layer(fields, *[(4, 8, 1, 1)] * 3, tops=2)
    with use_plugins(owltf_rcnn):
        built = net_of(net)
        tops = built.forward({f"bottom{index}": each for index, each in enumerate(THREE)})
    x = np.abs(THREE[2] * (THREE[0] - THREE[1]))
    each = np.where(x < 1, x * x / 2, x - 0.5).sum(1, keepdims=True)
    np.testing.assert_allclose(tops["top1"], each, rtol=1e-5)
    np.testing.assert_allclose(tops["top0"], each.sum() / count, rtol=1e-5)


def test_the_gradient_of_the_ohem_loss() -> None:
    got = run(one_layer('type: "SmoothL1LossOHEM"', *[(4, 8, 1, 1)] * 2), *THREE[:2])
    x = THREE[0] - THREE[1]
    np.testing.assert_allclose(got.bottom_grads[0], np.clip(x, -1, 1) / 4, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(got.bottom_grads[1], -np.clip(x, -1, 1) / 4, rtol=1e-4, atol=1e-6)


def test_what_every_layer_keeps() -> None:
    sigma = one_layer('type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 2 }', *[(4, 6)] * 4)
    keeps_the_contract(sigma, *FOUR)
    keeps_the_contract(one_layer('type: "SmoothL1LossOHEM"', *[(4, 8, 1, 1)] * 3, tops=2), *THREE)
