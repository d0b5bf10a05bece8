"""SPP against Caffe and against the poolings it is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

SHAPE = (2, 3, 13, 11)
BOTTOM = np.random.default_rng(0).standard_normal(SHAPE, dtype=np.float32)


def spp(fields: str, shape: tuple[int, ...] = SHAPE) -> str:
    return one_layer(f'type: "SPP" spp_param {{ {fields} }}', shape)


def test_gives_caffes_figures() -> None:
    check_case("spp")


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
def test_is_poolings_side_by_side(pool: str) -> None:
    windows = [
        "global_pooling: true",
        # 13 rows are two times 7 and 11 columns two times 6, with a row and a column of padding.
        "kernel_h: 7 kernel_w: 6 stride_h: 7 stride_w: 6 pad_h: 1 pad_w: 1",
        "kernel_h: 4 kernel_w: 3 stride_h: 4 stride_w: 3 pad_h: 2 pad_w: 1",
    ]
    nets = (
        one_layer(f'type: "Pooling" pooling_param {{ pool: {pool} {window} }}', SHAPE)
        for window in windows
    )
    parts = [run_layer(net, [BOTTOM]).tops[0].reshape(2, -1) for net in nets]
    case = gradient_case(spp(f"pyramid_height: 3 pool: {pool}"), [BOTTOM])
    np.testing.assert_array_equal(case.run().tops[0], np.concatenate(parts, 1))
    check_gradients(case)


def test_one_level_stays_an_image() -> None:
    top = run_layer(spp("pyramid_height: 1"), [BOTTOM]).tops[0]
    np.testing.assert_array_equal(top, BOTTOM.max((2, 3), keepdims=True))


def test_draws_where_no_padding_is_needed() -> None:
    bottom = np.abs(BOTTOM[:, :, :8, :8])
    net = spp("pyramid_height: 2 pool: STOCHASTIC", bottom.shape)
    top = run_layer(net, [bottom], phase="TEST").tops[0]
    whole = np.square(bottom).sum((2, 3)) / bottom.sum((2, 3))
    np.testing.assert_allclose(top[:, :3], whole, rtol=1e-5)
    assert top.shape == (2, 15)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(spp("pyramid_height: 3")), tmp_path)


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (spp(""), "pyramid_height must be at least 1, got 0"),
        (spp("pyramid_height: 2", (2, 3, 4)), r"pools \(N, C, H, W\)"),
        (spp("pyramid_height: 5"), "pad must be less than the kernel, got pad 2x3 for 2x2"),
        (spp("pyramid_height: 2 pool: STOCHASTIC"), "STOCHASTIC has no padding"),
    ],
)
def test_what_cannot_be_pooled_is_told_in_one_line(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^SPP layer 'layer' \(.*:2\): .*{message}"):
        net_of(net)
