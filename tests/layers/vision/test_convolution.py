"""Convolution against Caffe and against a plain loop, how it is computed, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from convolve_by_loop import convolved
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.layers.vision.convolution import Conv
from owltf.testing import LAYER, net_of

CASES = [
    "conv_basic",
    "conv_big_pad",
    "conv_depthwise",
    "conv_dilated",
    "conv_group2",
    "conv_hw",
    "conv_nobias",
    "conv_pad_stride",
]

IMAGES = (2, 4, 9, 8)


def convolution(fields: str, *shapes: tuple[int, ...], tops: int = 1) -> str:
    layer = f'type: "Convolution" convolution_param {{ {fields} }}'
    return one_layer(layer, *(shapes or (IMAGES,)), tops=tops)


@pytest.mark.parametrize("name", CASES)
def test_convolution_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("group", "outputs"), [(1, 3), (2, 6), (4, 4), (4, 8)])
def test_groups_strides_and_dilations_by_a_loop(
    group: int, outputs: int, stride: int, dilation: int
) -> None:
    rng = np.random.default_rng(0)
    bottom = rng.standard_normal(IMAGES)
    filters = rng.standard_normal((outputs, IMAGES[1] // group, 3, 2))
    bias = rng.standard_normal(outputs)
    fields = (
        f"num_output: {outputs} group: {group} kernel_h: 3 kernel_w: 2 "
        f"stride: {stride} pad: 1 dilation: {dilation}"
    )
    case = gradient_case(convolution(fields), [bottom], params=[filters, bias])
    sizes = {"stride": (stride,) * 2, "pad": (1, 1), "dilation": (dilation,) * 2}
    wanted = convolved(bottom, filters, **sizes) + bias[:, np.newaxis, np.newaxis]
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


def test_a_stride_of_its_own_on_each_axis_in_groups() -> None:
    fields = "num_output: 4 group: 4 kernel_size: 3 stride_h: 1 stride_w: 2"
    net = net_of(convolution(fields))
    assert net.blob_shapes["top0"] == (2, 4, 7, 3)
    rng = np.random.default_rng(0)
    params = [rng.standard_normal((4, 1, 3, 3)), rng.standard_normal(4)]
    check_gradients(
        gradient_case(convolution(fields), [rng.standard_normal(IMAGES)], params=params)
    )


def test_each_bottom_meets_the_same_filters() -> None:
    rng = np.random.default_rng(0)
    bottoms = [rng.standard_normal(IMAGES) for _ in range(2)]
    filters = rng.standard_normal((3, 4, 3, 3))
    net = convolution("num_output: 3 kernel_size: 3 bias_term: false", IMAGES, IMAGES, tops=2)
    case = gradient_case(net, bottoms, params=[filters])
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    for top, bottom in zip(case.run().tops, bottoms, strict=True):
        assert_close(top, convolved(bottom, filters, **sizes))
    check_gradients(case)


@pytest.mark.parametrize("size", [(), (6,), (5, 4, 4), (3, 4, 3, 3)])
def test_convolves_along_any_number_of_axes(size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    bottom, axes = rng.standard_normal((2, 4, *size)), len(size)
    params = [rng.standard_normal((6, 2, *(2,) * axes)), rng.standard_normal(6)]
    fields = "num_output: 6 group: 2 kernel_size: 2 stride: 2 pad: 1 force_nd_im2col: true"
    case = gradient_case(convolution(fields, bottom.shape), [bottom], params=params)
    sizes = {"stride": (2,) * axes, "pad": (1,) * axes, "dilation": (1,) * axes}
    wanted = convolved(bottom, params[0], **sizes) + params[1].reshape(-1, *(1,) * axes)
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


def test_a_dilated_convolution_along_three_axes() -> None:
    rng = np.random.default_rng(0)
    bottom, filters = rng.standard_normal((2, 2, 5, 6, 4)), rng.standard_normal((3, 2, 2, 3, 2))
    fields = (
        "num_output: 3 kernel_size: 2 kernel_size: 3 kernel_size: 2 pad: 1 pad: 0 pad: 1 "
        "dilation: 1 dilation: 2 dilation: 3 bias_term: false"
    )
    case = gradient_case(convolution(fields, bottom.shape), [bottom], params=[filters])
    sizes = {"stride": (1, 1, 1), "pad": (1, 0, 1), "dilation": (1, 2, 3)}
    assert_close(case.run().tops[0], convolved(bottom, filters, **sizes))
    check_gradients(case)


@pytest.mark.parametrize("axis", [2, -3])
def test_axes_before_the_channels_are_more_images(axis: int) -> None:
    rng = np.random.default_rng(0)
    bottom, filters = rng.standard_normal((2, 3, 4, 5, 3)), rng.standard_normal((6, 4, 2, 2))
    fields = f"axis: {axis} num_output: 6 kernel_size: 2 bias_term: false"
    net = convolution(fields, bottom.shape)
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    wanted = convolved(bottom.reshape(6, 4, 5, 3), filters, **sizes)
    case = gradient_case(net, [bottom], params=[filters])
    assert_close(case.run().tops[0], wanted.reshape(2, 3, *wanted.shape[1:]))
    check_gradients(case)
    assert net_of(net).blob_shapes["top0"] == (2, 3, 6, 4, 2)
    # Any batch will do.
    again = net_of(net).forward({"bottom0": bottom[:1]})["top0"]
    assert again.shape == (1, 3, 6, 4, 2)


def test_channels_may_be_the_first_axis() -> None:
    rng = np.random.default_rng(0)
    bottom, filters = rng.standard_normal((4, 5, 3)), rng.standard_normal((6, 4, 2, 2))
    net = convolution("axis: 0 num_output: 6 kernel_size: 2 bias_term: false", bottom.shape)
    case = gradient_case(net, [bottom], params=[filters])
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    assert_close(case.run().tops[0], convolved(bottom[np.newaxis], filters, **sizes)[0])
    check_gradients(case)


def test_a_group_is_not_compiled_by_xla() -> None:
    net = net_of(convolution("num_output: 4 group: 2 kernel_size: 3"))
    run = tf.function(lambda rows: net.model({"bottom0": rows}))
    graph = run.get_concrete_function(tf.TensorSpec((None, *IMAGES[1:]))).graph
    types = [each.type for each in graph.get_operations()]
    assert not {"PartitionedCall", "StatefulPartitionedCall"} & set(types)


def test_filters_have_caffes_shape() -> None:
    net = net_of(convolution("num_output: 6 group: 2 kernel_h: 3 kernel_w: 5"))
    assert [param.shape for param in net.params] == [(6, 2, 3, 5), (6,)]
    filters = np.random.default_rng(0).standard_normal((6, 2, 3, 5)).astype(np.float32)
    net.set_params({LAYER: [filters, np.ones(6)]})
    np.testing.assert_array_equal(net.get_params()[LAYER][0], filters)


@pytest.mark.parametrize("shape", [IMAGES, (2, 4, 9), (2, 4, 5, 6, 5)])
def test_convolution_is_saved(shape: tuple[int, ...], tmp_path: Path) -> None:
    fields = (
        "num_output: 4 group: 2 kernel_size: 3 pad: 2 stride: 2 dilation: 2 "
        'weight_filler { type: "xavier" }'
    )
    save_and_load(net_of(convolution(fields, shape)), tmp_path)


@pytest.mark.parametrize(
    ("fields", "shapes", "tops", "message"),
    [
        (
            "num_output: 4 kernel_size: 11",
            (),
            1,
            r"a kernel covering 11x11 does not fit in 'bottom0'",
        ),
        ("num_output: 4 kernel_size: 3 dilation: 5", (), 1, "a kernel covering 11x11 does not fit"),
        ("num_output: 4 kernel_size: 3 group: 3", (), 1, r"must be multiples of group \(3\)"),
        ("num_output: 4 kernel_size: 3 group: 0", (), 1, r"must be multiples of group \(0\)"),
        ("num_output: 3 kernel_size: 3 group: 2", (), 1, r"num_output \(3\) and channels \(4\)"),
        ("kernel_size: 3", (), 1, r"num_output \(0\)"),
        ("num_output: 4", (), 1, "a kernel size is required"),
        ("num_output: 4 kernel_size: 0", (), 1, "kernel must be at least 1, got 0x0"),
        ("num_output: 4 kernel_size: 3", (), 2, "makes one top of each bottom"),
        ("num_output: 4 kernel_size: 3 axis: 4", (), 1, "axis 4 is out of range"),
        ("num_output: 4 kernel_h: 3 kernel_w: 3", ((2, 4, 9),), 1, "are for 2 spatial axes.* 1"),
        ("num_output: 4 kernel_size: 3 stride: 1 stride: 2 stride: 1", (), 1, "of 2 axes, got"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    fields: str, shapes: tuple[tuple[int, ...], ...], tops: int, message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Convolution layer 'layer' \(.*:2\): .*{message}"):
        net_of(convolution(fields, *shapes, tops=tops))


def test_bottoms_have_one_shape() -> None:
    with pytest.raises(
        OwltfError, match=r"must have one shape; got \(2, 4, 9, 8\), \(2, 4, 9, 9\)"
    ):
        net_of(convolution("num_output: 4 kernel_size: 3", IMAGES, (2, 4, 9, 9), tops=2))


def test_another_net_has_as_many_channels() -> None:
    layer = Conv(3, (2, 2), (1, 1), (0, 0), (1, 1))
    layer(np.zeros((1, 4, 4, 2), np.float32))
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 2"):
        layer(np.zeros((1, 4, 4, 3), np.float32))
