"""Correlate against loops over every place, for any number of axes."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from convolve_by_loop import convolved, deconvolved
from oracle_case import assert_close

from owltf.convert.window import Window
from owltf.layers.vision.correlate import correlate, uncorrelate
from owltf.runtime.standard_ops import standard_ops_only

SIZES = (5, 6, 4, 5)
HOLES = """
import tensorflow as tf
from owltf.layers.vision.correlate import correlate
from owltf.convert.window import Window

images, filters = tf.ones((1, 9, 9, 4)), tf.ones((3, 3, 2, 6))
for stride in (1, 2):
    with tf.GradientTape() as tape:
        tape.watch((images, filters))
        window = Window((3, 3), (stride, stride), (2, 2), (2, 2))
        top = correlate(images, filters, window, 2)
    print(*(gradient.shape for gradient in tape.gradient(top, (images, filters))))
"""

# Strides, pads and dilations along the axes, as many as there are.
WINDOWS = [
    ((1, 1, 1, 1), (0, 0, 0, 0), (1, 1, 1, 1)),
    ((2, 1, 2, 1), (1, 2, 1, 1), (1, 1, 1, 1)),
    ((1, 1, 1, 1), (1, 1, 1, 0), (2, 1, 2, 2)),
    ((1, 2, 1, 1), (2, 1, 1, 0), (2, 2, 1, 1)),
]


def window(axes: int, case: int) -> Window:
    return Window((2, 3, 2, 3)[:axes], *(sizes[:axes] for sizes in WINDOWS[case]))


def arrays(axes: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of 4 channels, and filters to 6, in Caffe's order."""
    rng = np.random.default_rng(axes)
    images = rng.standard_normal((2, 4, *SIZES[:axes]))
    return images, rng.standard_normal((6, 4 // groups, *(2, 3, 2, 3)[:axes]))


def last(array: np.ndarray) -> tf.Tensor:
    """Return (N, C, ...) as a tensor with the channels last."""
    return tf.constant(np.moveaxis(array, 1, -1), tf.float32)


def filters_last(filters: np.ndarray) -> tf.Tensor:
    """Return (O, C, ...) as a tensor (..., C, O)."""
    return tf.constant(np.moveaxis(filters, (0, 1), (-1, -2)), tf.float32)


def caffe(tensor: tf.Tensor) -> np.ndarray:
    return np.moveaxis(tensor.numpy(), -1, 1)


@pytest.mark.parametrize("case", range(len(WINDOWS)))
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("axes", range(5))
def test_correlates_along_any_number_of_axes(axes: int, groups: int, case: int) -> None:
    by = window(axes, case)
    images, filters = arrays(axes, groups)
    got = correlate(last(images), filters_last(filters), by, groups)
    sizes = {"stride": by.stride, "pad": by.pad, "dilation": by.dilation}
    assert_close(caffe(got), convolved(images, filters, **sizes))


@pytest.mark.parametrize("case", range(len(WINDOWS)))
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("axes", range(5))
def test_uncorrelates_along_any_number_of_axes(axes: int, groups: int, case: int) -> None:
    by = window(axes, case)
    rng = np.random.default_rng(axes)
    images = rng.standard_normal((2, 4, *(3, 4, 3, 4)[:axes]))
    filters = rng.standard_normal((4, 6 // groups, *by.kernel))
    sizes = {"stride": by.stride, "pad": by.pad, "dilation": by.dilation}
    wanted = deconvolved(images, filters, groups=groups, **sizes)
    got = uncorrelate(last(images), filters_last(filters), by, groups)
    assert_close(caffe(got), wanted)


def test_a_depthwise_filter_is_one_operation_on_a_cpu() -> None:
    by = Window((3, 3), (2, 2), (1, 1))
    run = tf.function(partial(correlate, window=by, groups=4), autograph=False)
    shapes = tf.TensorSpec((None, 8, 8, 4)), tf.TensorSpec((3, 3, 1, 8))
    types = [each.type for each in run.get_concrete_function(*shapes).graph.get_operations()]
    assert "DepthwiseConv2dNative" in types
    assert "Conv2D" not in types


def test_a_deconvolution_is_computed_without_the_convolution() -> None:
    by = Window((4, 4), (2, 2), (1, 1))
    run = tf.function(partial(uncorrelate, window=by), autograph=False)
    graph = run.get_concrete_function(
        tf.TensorSpec((None, 8, 8, 4)), tf.TensorSpec((4, 4, 3, 4))
    ).graph
    reached, ends = set(), [each.op for each in graph.outputs]
    while ends:
        operation = ends.pop()
        reached.add(operation.type)
        ends += [each.op for each in operation.inputs]
    assert "Conv2DBackpropInput" in reached
    assert "Conv2D" not in reached


def test_convolves_with_holes_without_onednn() -> None:
    without = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        [sys.executable, "-c", HOLES], capture_output=True, text=True, check=True, env=without
    )
    assert done.stdout == "(1, 9, 9, 4) (3, 3, 2, 6)\n" * 2


@pytest.mark.parametrize(
    ("groups", "outputs", "fields"),
    [
        (3, 3, ((4, 4), (2, 2), (1, 1), (1, 1))),
        (2, 6, ((3, 2), (2, 3), (0, 1), (1, 1))),
        (4, 4, ((3, 3), (2, 2), (0, 0), (2, 2))),
        (3, 3, ((2, 2), (4, 4), (0, 0), (1, 1))),
    ],
)
def test_a_grouped_deconvolution_needs_no_gradient_in_other_programs(
    groups: int, outputs: int, fields: tuple[tuple[int, ...], ...]
) -> None:
    rng, window = np.random.default_rng(0), Window(*fields)
    images = tf.constant(rng.normal(size=(2, 5, 4, 2 * groups)), tf.float32)
    kernel = tf.constant(
        rng.normal(size=(*window.kernel, outputs // groups, 2 * groups)), tf.float32
    )
    wanted = uncorrelate(images, kernel, window, groups)
    with standard_ops_only():
        graph = tf.function(lambda: uncorrelate(images, kernel, window, groups))
        np.testing.assert_allclose(graph(), wanted, atol=1e-5)
        operations = {each.type for each in graph.get_concrete_function().graph.get_operations()}
    assert not any("Backprop" in each for each in operations)
