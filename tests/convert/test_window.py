"""Tests of windows: Caffe's rules for sizes, against windows that are counted one by one."""

from __future__ import annotations

from itertools import product

import pytest
from small_nets import layer_of

from owltf.convert.window import Window, convolution_window, pooling_window
from owltf.errors import OwltfError

SIZES = list(product(range(3, 10), (1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2)))


def window(kernel: int, stride: int, pad: int, dilation: int = 1) -> Window:
    return Window((kernel, 1), (stride, 1), (pad, 0), (dilation, 1))


def test_a_convolution_counts_the_windows_that_fit() -> None:
    for size, kernel, stride, pad, dilation in SIZES:
        extent = dilation * (kernel - 1) + 1
        starts = range(-pad, size + pad - extent + 1, stride)
        got = window(kernel, stride, pad, dilation).convolved((size, 4))
        assert [max(got[0], 0), got[1]] == [len(starts), 4], (size, kernel, stride, pad, dilation)


def test_pooling_counts_the_windows_that_start_before_the_end() -> None:
    for size, kernel, stride, pad, _ in SIZES:
        if pad >= kernel:
            continue
        # As many windows as reach the padded end, and one more that hangs over it.
        starts = [-pad]
        while starts[-1] + kernel < size + pad:
            starts.append(starts[-1] + stride)
        if pad and starts[-1] >= size:
            starts.pop()
        got = window(kernel, stride, pad).pooled((size, 4))
        assert got == [len(starts), 4], (size, kernel, stride, pad)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "up", "down"),
    [(55, 3, 2, 0, 27, 27), (112, 3, 2, 0, 56, 55), (7, 3, 2, 1, 4, 4), (6, 3, 2, 1, 4, 3)],
)
def test_pooling_rounds_up_unless_told_otherwise(
    size: int, kernel: int, stride: int, pad: int, up: int, down: int
) -> None:
    pooling = Window((kernel, kernel), (stride, stride), (pad, pad))
    assert pooling.pooled((size, size)) == [up, up]
    assert pooling.pooled((size, size), floor=True) == [down, down]


def test_padding_on_one_axis_drops_an_empty_last_window_of_the_other() -> None:
    # Without any padding Caffe keeps the window that starts beyond the end.
    assert Window((1, 1), (1, 5), (0, 0)).pooled((3, 4)) == [3, 2]
    assert Window((2, 1), (1, 5), (1, 0)).pooled((3, 4)) == [4, 1]


def test_a_deconvolution_is_undone_by_a_convolution() -> None:
    for size, kernel, stride, pad, dilation in SIZES:
        each = window(kernel, stride, pad, dilation)
        out = each.deconvolved((size, 4))
        if min(out) > 0:
            assert each.convolved(out) == [size, 4]


def test_a_window_has_any_number_of_axes() -> None:
    assert Window((3,), (2,), (1,)).convolved((7,)) == [4]
    assert Window((3,) * 3, (1, 2, 1), (0, 1, 0)).convolved((5, 6, 7)) == [3, 3, 5]
    assert Window((), (), ()).convolved(()) == []


def test_a_window_is_rebuilt_from_the_arguments_of_a_keras_layer() -> None:
    each = Window((3, 2), (1, 2), (1, 0), (2, 1))
    assert Window.of(**each.config) == each


def test_overhang_is_what_the_windows_reach_beyond_the_bottom() -> None:
    pooling = Window((3, 3), (2, 2), (1, 0))
    size = (6, 8)
    out = pooling.pooled(size)
    assert out == [4, 4]
    assert pooling.overhang(size, out) == [(1, 2), (0, 1)]
    assert Window((2, 2), (2, 2), (0, 0)).overhang((5, 5), [2, 2]) == [(0, -1), (0, -1)]


def convolution(axes: int = 2, **fields: object) -> Window:
    layer = layer_of(convolution_param=fields)
    return convolution_window(layer, layer.parameter.convolution_param, axes)


def test_one_size_is_for_all_axes() -> None:
    given = convolution(3, kernel_size=[3], stride=[1, 2, 1], pad=[1])
    assert given == Window((3, 3, 3), (1, 2, 1), (1, 1, 1))
    assert convolution(1, kernel_size=[3]) == Window((3,), (1,), (0,))
    assert convolution(0, kernel_size=[3]) == Window((), (), ())


def test_height_and_width_are_for_two_axes() -> None:
    with pytest.raises(OwltfError, match="kernel_h and kernel_w are for 2 spatial axes, but .* 3"):
        convolution(3, kernel_h=3, kernel_w=3)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"kernel_size": [3]}, Window((3, 3), (1, 1), (0, 0), (1, 1))),
        ({"kernel_size": [3, 5], "stride": [2], "pad": [1, 2]}, Window((3, 5), (2, 2), (1, 2))),
        (
            {"kernel_h": 3, "kernel_w": 1, "stride_h": 2, "stride_w": 1, "pad_h": 1},
            Window((3, 1), (2, 1), (1, 0)),
        ),
        ({"kernel_size": [3], "dilation": [2, 4]}, Window((3, 3), (1, 1), (0, 0), (2, 4))),
    ],
)
def test_reads_a_convolutions_fields(fields: dict[str, object], wanted: Window) -> None:
    assert convolution(**fields) == wanted


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "a kernel size is required"),
        ({"kernel_size": [0]}, "kernel must be at least 1, got 0x0"),
        ({"kernel_size": [3], "stride": [0]}, "stride must be at least 1, got 0x0"),
        ({"kernel_size": [3], "dilation": [0]}, "dilation must be at least 1"),
        ({"kernel_size": [2**31 - 1]}, "kernel must be at most 1,048,576, got 2147483647x"),
        ({"kernel_size": [3], "stride": [2**20 + 1]}, "stride must be at most 1,048,576"),
        ({"kernel_size": [3], "dilation": [2**30]}, "dilation must be at most 1,048,576"),
        ({"kernel_size": [3], "pad": [2**32 - 1]}, "pad must be at most 1,048,576"),
        ({"kernel_size": [3], "kernel_h": 3}, "either as one size or as kernel_h and kernel_w"),
        ({"kernel_h": 3}, "kernel must be at least 1, got 3x0"),
        ({"kernel_size": [1, 2, 3]}, r"once or once for each of 2 axes, got \[1, 2, 3\]"),
    ],
)
def test_refuses_a_convolution_without_a_size(fields: dict[str, object], message: str) -> None:
    with pytest.raises(OwltfError, match=message) as raised:
        convolution(**fields)
    assert str(raised.value).startswith("Some layer 'one' (net.prototxt:7): ")


def pooling(**fields: object) -> Window:
    layer = layer_of(pooling_param=fields)
    return pooling_window(layer, layer.parameter.pooling_param, (6, 8))


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"kernel_size": 3, "stride": 2, "pad": 1}, Window((3, 3), (2, 2), (1, 1))),
        ({"kernel_h": 3, "kernel_w": 2}, Window((3, 2), (1, 1), (0, 0))),
        ({"global_pooling": True}, Window((6, 8), (1, 1), (0, 0))),
    ],
)
def test_reads_a_poolings_fields(fields: dict[str, object], wanted: Window) -> None:
    assert pooling(**fields) == wanted


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "a kernel size is required"),
        ({"kernel_size": 3, "stride": 0}, "stride must be at least 1"),
        ({"kernel_size": 3, "stride": 2**31}, "stride must be at most 1,048,576, got 2147483648x"),
        ({"kernel_size": 3, "pad": 1, "pad_h": 1}, "either as one size or as pad_h and pad_w"),
    ],
)
def test_refuses_a_pooling_without_a_size(fields: dict[str, object], message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        pooling(**fields)
