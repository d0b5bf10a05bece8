"""Pooling against Caffe, against a plain loop, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load

from owltf.errors import OwltfError
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


@pytest.mark.parametrize("name", CASES)
def test_pooling_gives_caffes_figures(name: str) -> None:
    check_case(name)


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


@pytest.mark.parametrize("window", ["kernel_size: 3 stride: 2 pad: 1", "global_pooling: true"])
def test_a_second_top_has_the_place_of_each_value(window: str) -> None:
    fields = f'type: "Pooling" pooling_param {{ {window} }}'
    bottom = np.random.default_rng(3).standard_normal((2, 3, 8, 7), dtype=np.float32)
    top_grads = [np.ones((2, 3, 5, 4))] * 2 if "stride" in window else [np.ones((2, 3, 1, 1))] * 2
    run = run_layer(one_layer(fields, bottom.shape, tops=2), [bottom], top_grads=top_grads)
    tops, places = run.tops
    rows = bottom.reshape(6, -1)
    picked = np.take_along_axis(rows, places.reshape(6, -1).astype(int), 1)
    np.testing.assert_array_equal(picked.reshape(tops.shape), tops)
    # Only the values have a gradient.
    alone = run_layer(one_layer(fields, bottom.shape), [bottom], top_grads=top_grads[:1])
    np.testing.assert_array_equal(run.bottom_grads[0], alone.bottom_grads[0])


def test_pooling_is_saved(tmp_path: Path) -> None:
    for index, param in enumerate(
        [
            "pool: AVE kernel_size: 3 stride: 2 pad: 1",
            "kernel_size: 2 stride: 3 round_mode: FLOOR",
            "pool: AVE global_pooling: true",
            "pool: STOCHASTIC kernel_size: 2 stride: 2",
        ]
    ):
        (tmp_path / str(index)).mkdir()
        net = net_of(one_layer(f'type: "Pooling" pooling_param {{ {param} }}', (2, 3, 8, 9)))
        save_and_load(net, tmp_path / str(index))


@pytest.mark.parametrize(
    ("fields", "tops", "message"),
    [
        ("pool: STOCHASTIC kernel_size: 2 pad: 1", 1, "STOCHASTIC has no padding in Caffe"),
        ("pool: AVE kernel_size: 2", 2, r"a second top \(the mask\) of another pool than MAX is"),
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


def test_the_places_are_saved(tmp_path: Path) -> None:
    fields = 'type: "Pooling" pooling_param { kernel_size: 3 stride: 2 }'
    save_and_load(net_of(one_layer(fields, (2, 3, 8, 9), tops=2)), tmp_path)


def test_only_images_are_pooled() -> None:
    with pytest.raises(OwltfError, match=r"pools \(N, C, H, W\), but 'bottom0' is \(2, 3\)"):
        net_of(one_layer('type: "Pooling" pooling_param { kernel_size: 2 }', (2, 3)))
