"""Convolution against Caffe and against a plain loop, how it is computed, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
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


def convolved(
    images: np.ndarray,
    filters: np.ndarray,
    bias: np.ndarray,
    *,
    stride: int,
    pad: int,
    dilation: int,
) -> np.ndarray:
    """Return the convolution of (N, C, H, W) by a loop over the places of the top."""
    padded = np.pad(images, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    extent = [dilation * (size - 1) + 1 for size in filters.shape[2:]]
    size = [
        (side - cover) // stride + 1 for side, cover in zip(padded.shape[2:], extent, strict=True)
    ]
    group = images.shape[1] // filters.shape[1]
    top = np.empty((len(images), len(filters), *size))
    for y, x in np.ndindex(*size):
        top_left = (y * stride, x * stride)
        rows, columns = (
            slice(start, start + cover, dilation)
            for start, cover in zip(top_left, extent, strict=True)
        )
        window = padded[:, :, rows, columns]
        parts = zip(np.split(window, group, 1), np.split(filters, group), strict=True)
        top[:, :, y, x] = np.concatenate(
            [np.einsum("nchw,ochw->no", *part) for part in parts], axis=1
        )
    return top + bias[:, np.newaxis, np.newaxis]


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
    wanted = convolved(bottom, filters, bias, stride=stride, pad=1, dilation=dilation)
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
    params = [rng.standard_normal((3, 4, 3, 3)), rng.standard_normal(3)]
    net = convolution("num_output: 3 kernel_size: 3", IMAGES, IMAGES, tops=2)
    case = gradient_case(net, bottoms, params=params)
    for top, bottom in zip(case.run().tops, bottoms, strict=True):
        assert_close(top, convolved(bottom, *params, stride=1, pad=0, dilation=1))
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


def test_convolution_is_saved(tmp_path: Path) -> None:
    fields = (
        "num_output: 4 group: 2 kernel_size: 3 pad: 2 stride: 2 dilation: 2 "
        'weight_filler { type: "xavier" }'
    )
    save_and_load(net_of(convolution(fields)), tmp_path)


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
        ("num_output: 3 kernel_size: 3 group: 2", (), 1, r"num_output \(3\) and channels \(4\)"),
        ("kernel_size: 3", (), 1, r"num_output \(0\)"),
        ("num_output: 4", (), 1, "a kernel size is required"),
        ("num_output: 4 kernel_size: 0", (), 1, "kernel must be at least 1, got 0x0"),
        ("num_output: 4 kernel_size: 3", (), 2, "makes one top of each bottom"),
        ("num_output: 4 kernel_size: 3", ((2, 4, 9),), 1, r"a convolution of \(2, 4, 9\) .* not"),
        ("num_output: 4 kernel_size: 3 axis: 2", (), 1, "from axis 2 is not supported"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    fields: str, shapes: tuple[tuple[int, ...], ...], tops: int, message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Convolution layer 'layer' \(.*:2\): .*{message}"):
        net_of(convolution(fields, *shapes, tops=tops))
