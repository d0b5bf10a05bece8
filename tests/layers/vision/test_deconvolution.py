"""Deconvolution against Caffe and against a plain loop, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from convolve_by_loop import convolved, deconvolved
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.testing import LAYER, net_of, run_layer

IMAGES = (2, 4, 5, 3)


def deconvolution(fields: str, *shapes: tuple[int, ...], tops: int = 1) -> str:
    layer = f'type: "Deconvolution" convolution_param {{ {fields} }}'
    return one_layer(layer, *(shapes or (IMAGES,)), tops=tops)


@pytest.mark.parametrize("name", ["deconv_basic", "deconv_group"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 0)])
@pytest.mark.parametrize(("group", "outputs"), [(1, 3), (2, 6), (4, 4), (4, 8)])
def test_groups_strides_and_dilations_by_a_loop(
    group: int, outputs: int, stride: int, pad: int, dilation: int
) -> None:
    rng = np.random.default_rng(0)
    bottom = rng.standard_normal(IMAGES)
    params = rng.standard_normal((4, outputs // group, 3, 2)), rng.standard_normal(outputs)
    fields = (
        f"num_output: {outputs} group: {group} kernel_h: 3 kernel_w: 2 "
        f"stride: {stride} pad: {pad} dilation: {dilation}"
    )
    case = gradient_case(deconvolution(fields), [bottom], params=params)
    sizes = {"stride": (stride,) * 2, "pad": (pad,) * 2, "dilation": (dilation,) * 2}
    wanted = deconvolved(bottom, params[0], groups=group, **sizes)
    assert_close(case.run().tops[0], wanted + params[1][:, np.newaxis, np.newaxis])
    check_gradients(case)


@pytest.mark.parametrize("size", [(6,), (3, 4, 3)])
def test_deconvolves_along_one_axis_or_three(size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    bottom, axes = rng.standard_normal((2, 4, *size)), len(size)
    filters = rng.standard_normal((4, 3, *(3,) * axes))
    fields = "num_output: 6 group: 2 kernel_size: 3 stride: 2 pad: 1 bias_term: false"
    case = gradient_case(deconvolution(fields, bottom.shape), [bottom], params=[filters])
    sizes = {"stride": (2,) * axes, "pad": (1,) * axes, "dilation": (1,) * axes}
    assert_close(case.run().tops[0], deconvolved(bottom, filters, groups=2, **sizes))
    check_gradients(case)


@pytest.mark.parametrize("axis", [2, -3])
def test_axes_before_the_channels_are_more_images(axis: int) -> None:
    rng = np.random.default_rng(0)
    bottom, filters = rng.standard_normal((2, 3, 4, 5, 3)), rng.standard_normal((4, 6, 2, 2))
    net = deconvolution(f"axis: {axis} num_output: 6 kernel_size: 2 bias_term: false", bottom.shape)
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    wanted = deconvolved(bottom.reshape(6, 4, 5, 3), filters, groups=1, **sizes)
    got = run_layer(net, [bottom], params=[filters]).tops[0]
    assert_close(got, wanted.reshape(2, 3, *wanted.shape[1:]))


def test_is_the_way_back_of_a_convolution() -> None:
    rng = np.random.default_rng(0)
    bottom, other = rng.standard_normal(IMAGES), rng.standard_normal((2, 3, 10, 6))
    filters = rng.standard_normal((4, 3, 4, 4))
    fields = "num_output: 3 kernel_size: 4 stride: 2 pad: 1 bias_term: false"
    top = run_layer(deconvolution(fields), [bottom], params=[filters]).tops[0]
    sizes = {"stride": (2, 2), "pad": (1, 1), "dilation": (1, 1)}
    there = convolved(other, filters, **sizes)
    np.testing.assert_allclose(np.sum(top * other), np.sum(bottom * there), rtol=1e-5)


def test_each_bottom_meets_the_same_filters() -> None:
    rng = np.random.default_rng(0)
    bottoms = [rng.standard_normal(IMAGES) for _ in range(2)]
    params = [rng.standard_normal((4, 3, 2, 2)), rng.standard_normal(3)]
    net = deconvolution("num_output: 3 kernel_size: 2", IMAGES, IMAGES, tops=2)
    check_gradients(gradient_case(net, bottoms, params=params))


def test_enlarges_images_by_interpolation() -> None:
    fields = (
        "num_output: 4 group: 4 kernel_size: 4 stride: 2 pad: 1 bias_term: false "
        'weight_filler { type: "bilinear" }'
    )
    ramp = np.broadcast_to(np.arange(5.0)[:, np.newaxis], IMAGES)
    top = run_layer(deconvolution(fields), [ramp]).tops[0]
    # Between the middles of two rows, at a quarter and three quarters of the way.
    np.testing.assert_allclose(top[0, 0, 1:-1, 2], np.arange(0.25, 4, 0.5))


def test_filters_have_caffes_shape() -> None:
    net = net_of(deconvolution("num_output: 6 group: 2 kernel_h: 3 kernel_w: 5"))
    assert [param.shape for param in net.params] == [(4, 3, 3, 5), (6,)]
    filters = np.random.default_rng(0).standard_normal((4, 3, 3, 5)).astype(np.float32)
    net.set_params({LAYER: [filters, np.ones(6)]})
    np.testing.assert_array_equal(net.get_params()[LAYER][0], filters)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    fields = 'num_output: 4 group: 2 kernel_size: 3 stride: 2 weight_filler { type: "xavier" }'
    save_and_load(net_of(deconvolution(fields)), tmp_path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("num_output: 4 kernel_size: 2 pad: 3", "pad 3x3 leaves nothing of 'bottom0'"),
        ("num_output: 4 kernel_size: 3 group: 3", r"must be multiples of group \(3\)"),
        ("num_output: 4", "a kernel size is required"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(fields: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^Deconvolution layer 'layer' \(.*:2\): .*{message}"):
        net_of(deconvolution(fields))
