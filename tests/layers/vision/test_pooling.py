"""Pooling against Caffe, against a plain loop, and its errors."""

from __future__ import annotations

from itertools import product
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.layers.vision.pooling import AveragePool2D, MaxPool2D, Pool2D
from owltf.testing import net_of, run_layer

CASES = [
    "pool_ave_ceil",
    "pool_ave_pad",
    "pool_ave_same",
    "pool_floor",
    "pool_global_ave",
    "pool_global_max",
    "pool_hw",
    "pool_max_ceil",
    "pool_max_pad",
]

# (kernel, stride, pad) of windows; each is tried on several sizes.
WINDOWS = [
    (kernel, stride, pad)
    for kernel, stride, pad in product((1, 2, 3, 5), (1, 2, 3, 4), (0, 1, 2))
    if pad < kernel
]


@pytest.mark.parametrize("name", CASES)
def test_pooling_gives_caffes_figures(name: str) -> None:
    check_case(name)


def windows(size: int, kernel: int, stride: int, pad: int, *, down: bool) -> list[range]:
    """Return the rows of each window, clipped to the image: Caffe's rules as plain as they go."""
    rounded = floor if down else ceil
    count = rounded((size + 2 * pad - kernel) / stride) + 1
    if pad and (count - 1) * stride >= size + pad:
        count -= 1
    starts = [index * stride - pad for index in range(count)]
    return [range(max(start, 0), min(start + kernel, size)) for start in starts]


def pooled(
    image: np.ndarray, kernel: int, stride: int, pad: int, *, average: bool, down: bool
) -> np.ndarray:
    """Return the pooled (H, W) image by a loop."""
    rules = (kernel, stride, pad)
    rows, columns = (windows(size, *rules, down=down) for size in image.shape)
    top = np.empty((len(rows), len(columns)))
    for y, x in np.ndindex(top.shape):
        cells = image[np.ix_(rows[y], columns[x])]
        counted = [
            min(index * stride - pad + kernel, size + pad) - (index * stride - pad)
            for index, size in zip((y, x), image.shape, strict=True)
        ]
        # A stride beyond the kernel can leave a last window empty.
        with np.errstate(invalid="ignore"):
            mean = cells.sum() / np.prod(counted)
        top[y, x] = mean if average else cells.max(initial=np.finfo(np.float32).min)
    return top


@pytest.mark.parametrize("down", [False, True], ids=["ceil", "floor"])
@pytest.mark.parametrize("pool", [MaxPool2D, AveragePool2D])
def test_pooling_agrees_with_a_loop(pool: type[Pool2D], down: bool) -> None:
    rng = np.random.default_rng(0)
    for height, (kernel, stride, pad) in product((4, 7, 8), WINDOWS):
        if kernel > height + 2 * pad:
            continue
        image = rng.standard_normal((height, height + 1), dtype=np.float32) - 3
        layer = pool((kernel,) * 2, (stride,) * 2, (pad,) * 2, down)
        got = layer(image[np.newaxis, ..., np.newaxis]).numpy()[0, ..., 0]
        wanted = pooled(image, kernel, stride, pad, average=pool is AveragePool2D, down=down)
        case = f"{image.shape}, kernel {kernel}, stride {stride}, pad {pad}"
        assert got.shape == wanted.shape, case
        assert layer.compute_output_shape((1, *image.shape, 1))[1:3] == wanted.shape, case
        np.testing.assert_allclose(got, wanted, rtol=1e-5, err_msg=case)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "caffes"), [(55, 3, 2, 27), (27, 3, 2, 13), (112, 3, 2, 56)]
)
def test_the_sizes_of_well_known_nets(size: int, kernel: int, stride: int, caffes: int) -> None:
    layer = MaxPool2D((kernel, kernel), (stride, stride))
    assert layer.compute_output_shape((None, size, size, 8)) == (None, caffes, caffes, 8)


def test_pad_that_same_would_add_makes_no_copy() -> None:
    layer = MaxPool2D((3, 3), (2, 2))
    graph = tf.function(layer.call).get_concrete_function(tf.TensorSpec((None, 112, 112, 8))).graph
    assert {"MaxPool"} == {each.type for each in graph.get_operations() if "Pool" in each.type}
    assert not [each for each in graph.get_operations() if each.type.startswith("Pad")]


@pytest.mark.parametrize("fields", ["kernel_size: 2 stride: 2", "global_pooling: true"])
@pytest.mark.parametrize("in_graph", [False, True], ids=["eager", "graph"])
def test_of_equal_values_the_first_gets_the_gradient(fields: str, in_graph: bool) -> None:
    net = net_of(one_layer(f'type: "Pooling" pooling_param {{ {fields} }}', (1, 1, 4, 4)))
    image = tf.ones((1, 1, 4, 4))

    def gradient(image: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(image)
            top = net.model({"bottom0": image})["top0"]
        return tape.gradient(top, image)

    got = (tf.function(gradient) if in_graph else gradient)(image).numpy()[0, 0]
    wanted = np.zeros((4, 4))
    step = 4 if "global" in fields else 2
    wanted[::step, ::step] = 1
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
@pytest.mark.parametrize(
    "window",
    [
        "kernel_size: 3 stride: 2 pad: 1",
        "kernel_h: 2 kernel_w: 3 stride_h: 3 stride_w: 1 pad_h: 0 pad_w: 2",
        "kernel_size: 2 stride: 3",
    ],
)
def test_gradients(pool: str, window: str) -> None:
    fields = f'type: "Pooling" pooling_param {{ pool: {pool} {window} }}'
    bottom = np.random.default_rng(3).standard_normal((2, 3, 8, 7))
    check_gradients(gradient_case(one_layer(fields, bottom.shape), [bottom]))


def test_max_pooling_of_negative_values_ignores_the_padding() -> None:
    fields = 'type: "Pooling" pooling_param { kernel_size: 3 stride: 2 pad: 1 }'
    tops = run_layer(one_layer(fields, (1, 1, 6, 6)), [np.full((1, 1, 6, 6), -5)]).tops
    np.testing.assert_array_equal(tops[0], np.full((1, 1, 4, 4), -5))


def test_pooling_is_saved(tmp_path: Path) -> None:
    for index, param in enumerate(
        [
            "pool: AVE kernel_size: 3 stride: 2 pad: 1",
            "kernel_size: 2 stride: 3 round_mode: FLOOR",
            "pool: AVE global_pooling: true",
        ]
    ):
        (tmp_path / str(index)).mkdir()
        net = net_of(one_layer(f'type: "Pooling" pooling_param {{ {param} }}', (2, 3, 8, 9)))
        save_and_load(net, tmp_path / str(index))


@pytest.mark.parametrize(
    ("fields", "tops", "message"),
    [
        ("pool: STOCHASTIC kernel_size: 2", 1, "pool: STOCHASTIC is not supported"),
        ("kernel_size: 2", 2, r"a second top \(the mask\) is not supported"),
        ("kernel_size: 2 pad: 2", 1, "pad must be less than the kernel, got pad 2x2 for 2x2"),
        ("kernel_size: 9", 1, r"a kernel of 9x9 does not fit in 'bottom0' \(2, 3, 6, 5\)"),
        ("stride: 2", 1, "a kernel size is required"),
        ("kernel_size: 2 kernel_h: 2", 1, "either as one size or as kernel_h and kernel_w"),
    ],
)
def test_what_cannot_be_pooled_is_told_in_one_line(fields: str, tops: int, message: str) -> None:
    net = one_layer(f'type: "Pooling" pooling_param {{ {fields} }}', (2, 3, 6, 5), tops=tops)
    with pytest.raises(OwltfError, match=rf"^Pooling layer 'layer' \(.*:2\): .*{message}"):
        net_of(net)


def test_only_images_are_pooled() -> None:
    with pytest.raises(OwltfError, match=r"pools \(N, C, H, W\), but 'bottom0' is \(2, 3\)"):
        net_of(one_layer('type: "Pooling" pooling_param { kernel_size: 2 }', (2, 3)))
