"""Im2col against Caffe and against a loop, for any number of axes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
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
from owltf.testing import net_of, run_layer


def im2col(fields: str, shape: tuple[int, ...]) -> str:
    return one_layer(f'type: "Im2col" convolution_param {{ {fields} }}', shape)


def test_gives_caffes_figures() -> None:
    check_case("im2col")


def columns(images: np.ndarray, kernel: tuple[int, ...], **sizes: tuple[int, ...]) -> np.ndarray:
    """Return the columns as a convolution with filters that each pick a single value."""
    channels = images.shape[1]
    count = channels * int(np.prod(kernel))
    return convolved(images, np.eye(count).reshape(count, channels, *kernel), **sizes)


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_takes_any_number_of_axes(axes: int) -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 3, *(5, 6, 4, 4)[:axes]))
    fields = "kernel_size: 2 stride: 2 pad: 1 dilation: 2"
    case = gradient_case(im2col(fields, bottom.shape), [bottom])
    sizes = {"stride": (2,) * axes, "pad": (1,) * axes, "dilation": (2,) * axes}
    assert_close(case.run().tops[0], columns(bottom, (2,) * axes, **sizes))
    check_gradients(case)


@pytest.mark.parametrize("axis", [2, -3])
def test_axes_before_the_channels_are_more_images(axis: int) -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 3, 2, 5, 4))
    net = im2col(f"axis: {axis} kernel_size: 2", bottom.shape)
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    wanted = columns(bottom.reshape(6, 2, 5, 4), (2, 2), **sizes)
    got = run_layer(net, [bottom]).tops[0]
    assert_close(got, wanted.reshape(2, 3, *wanted.shape[1:]))


def test_channels_may_be_the_first_axis() -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 5, 4))
    sizes = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
    wanted = columns(bottom[np.newaxis], (2, 2), **sizes)[0]
    assert_close(
        run_layer(im2col("axis: 0 kernel_size: 2", bottom.shape), [bottom]).tops[0], wanted
    )


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(im2col("kernel_size: 3 pad: 1", (2, 3, 6, 5))), tmp_path)


@pytest.mark.parametrize(
    ("fields", "shape", "message"),
    [
        ("kernel_size: 7", (2, 3, 6, 5), "a kernel covering 7x7 does not fit in 'bottom0'"),
        ("kernel_size: 2", (2, 3), "needs a spatial axis after axis 1"),
        ("", (2, 3, 6, 5), "a kernel size is required"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    fields: str, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Im2col layer 'layer' \(.*:2\): .*{message}"):
        net_of(im2col(fields, shape))
