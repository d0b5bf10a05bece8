"""Convolution and deconvolution over any number of spatial axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import tensorflow as tf

from owltf.convert.window import Window
from owltf.layers.vision.patches import cells_of, under
from owltf.runtime.open_sizes import sizes_of
from owltf.runtime.precision import narrowed
from owltf.runtime.standard_ops import may_use_gpu_ops, must_use_standard_ops


def correlate(inputs: Any, kernel: Any, window: Window, groups: int = 1) -> Any:
    """Return the convolution of (N, ..., C) with filters of (..., C / groups, O).

    Args:
        inputs: the images, of any number of spatial axes.
        kernel: the filters.
        window: kernel, stride, pad and dilation along those axes.
        groups: the number of parts that the channels are split into, each with its own filters.
    """
    return narrowed(partial(_correlate, window=window, groups=groups), inputs, kernel)


def _correlate(inputs: Any, kernel: Any, window: Window, groups: int) -> Any:
    axes = len(window.kernel)
    if axes < 2:
        return _with_two_axes(inputs, kernel, window, groups)
    if axes == 2:
        return _planar(*_padded(inputs, window), kernel, window, groups)
    if axes == 3 and set(window.dilation) == {1}:
        return _spatial(*_padded(inputs, window), kernel, window, groups)
    return _unrolled(inputs, kernel, window, groups)


def uncorrelate(inputs: Any, kernel: Any, window: Window, groups: int = 1) -> Any:
    """Return the deconvolution of (N, ..., C): the gradient of `correlate` by its images.

    Args:
        inputs: the images (N, ..., C).
        kernel: the filters (..., O / groups, C).
        window: the window of the convolution from (N, ..., O) to (N, ..., C).
        groups: the number of parts that the channels are split into.
    """
    if must_use_standard_ops() and groups > 1 and len(window.kernel) == 2:
        return _spread_and_correlated(inputs, kernel, window, groups)
    size = window.deconvolved(sizes_of(inputs)[1:-1])
    start = tf.zeros((tf.shape(inputs)[0], *size, kernel.shape[-2] * groups), inputs.dtype)
    with tf.GradientTape() as tape:
        tape.watch(start)
        # The gradient does not depend on this value, so a graph does not compute it.
        top = correlate(start, kernel, window, groups)
    return tape.gradient(top, start, output_gradients=inputs)


def _spread_and_correlated(inputs: Any, kernel: Any, window: Window, groups: int) -> Any:
    """Deconvolve by a convolution alone: formats of other programs have no grouped gradients.

    It puts zeros between the pixels, as many as the stride skips, and turns the kernel round.
    """
    apart = _apart(_apart(inputs, 1, window.stride[0]), 2, window.stride[1])
    around = [(0, 0), *((extent - 1,) * 2 for extent in window.extent), (0, 0)]
    # From (..., O / groups, C) to (..., C / groups, O).
    parts = [tf.transpose(part, (0, 1, 3, 2)) for part in tf.split(kernel, groups, -1)]
    turned = tf.reverse(tf.concat(parts, -1), (0, 1))
    plain = Window(window.kernel, (1, 1), (0, 0), window.dilation)
    top = correlate(tf.pad(apart, around), turned, plain, groups)
    size = window.deconvolved(sizes_of(inputs)[1:-1])
    return tf.slice(top, (0, *window.pad, 0), (-1, *size, -1))


def _apart(images: Any, axis: int, step: int) -> Any:
    """Return images with step - 1 zeros between the pixels along an axis."""
    if step == 1:
        return images
    sizes = sizes_of(images)
    before, size, after = sizes[1:axis], sizes[axis], sizes[axis + 1 :]
    wide = tf.reshape(images, (-1, *before, size, 1, *after))
    sides = [(0, step - 1) if each == axis + 1 else (0, 0) for each in range(len(sizes) + 1)]
    whole = tf.reshape(tf.pad(wide, sides), (-1, *before, size * step, *after))
    return tf.slice(whole, (0,) * len(sizes), (-1, *before, (size - 1) * step + 1, *after))


def _with_two_axes(inputs: Any, kernel: Any, window: Window, groups: int) -> Any:
    """Convolve along fewer than two axes, with axes of size 1 in front."""
    ones = (1,) * (2 - len(window.kernel))
    # Any stride is right along an axis of size 1; TensorFlow is faster if both are equal.
    stride = window.stride[-1:] * len(ones) or ones
    wide = Window(
        ones + window.kernel,
        stride + window.stride,
        (0,) * len(ones) + window.pad,
        ones + window.dilation,
    )
    images = tf.reshape(inputs, (-1, *ones, *sizes_of(inputs)[1:]))
    top = correlate(images, tf.reshape(kernel, (*ones, *kernel.shape)), wide, groups)
    return tf.reshape(top, (-1, *sizes_of(top)[1 + len(ones) :]))


def _padded(inputs: Any, window: Window) -> tuple[Any, str]:
    # SAME is the fastest, if its padding equals Caffe's. Else pad explicitly and use VALID, because
    # oneDNN has no filter gradient for a convolution with explicit padding.
    if not any(window.pad):
        return inputs, "VALID"
    if set(window.stride) == {1} and window.extent == tuple(2 * pad + 1 for pad in window.pad):
        return inputs, "SAME"
    sides = [(0, 0), *((pad, pad) for pad in window.pad), (0, 0)]
    return tf.pad(inputs, sides), "VALID"


def _planar(inputs: Any, padding: str, kernel: Any, window: Window, groups: int) -> Any:
    def plain(inputs: Any, kernel: Any) -> Any:
        return tf.nn.conv2d(inputs, kernel, window.stride, padding, dilations=window.dilation)

    if max(window.dilation) > 1 and not may_use_gpu_ops() and not must_use_standard_ops():
        return _by_group(partial(_dilated, padding, window), inputs, kernel, groups)
    if groups == 1 or may_use_gpu_ops():
        return plain(inputs, kernel)
    if groups == inputs.shape[-1] and _has_depthwise(window):
        return _depthwise(inputs, padding, kernel, window)
    # Keras compiles a grouped convolution with XLA, which is ten times slower on a CPU, and
    # TensorFlow's own grouped kernel is missing outside tf.function and without oneDNN.
    return _by_group(plain, inputs, kernel, groups)


def _dilated(padding: str, window: Window, inputs: Any, kernel: Any) -> Any:
    """Convolve with dilation by other operations: its gradients may be missing on a CPU."""
    if set(window.stride) == {1}:
        # Rows and columns at the same distance modulo the dilation become images of their own.
        return tf.nn.with_space_to_batch(
            inputs,
            window.dilation,
            padding,
            lambda images, *_: tf.nn.conv2d(images, kernel, 1, "VALID"),
            filter_shape=kernel.shape,
        )
    out = replace(window, pad=(0, 0)).convolved(sizes_of(inputs)[1:3])
    return tf.add_n(
        tf.tensordot(inputs[under(cell, window, out)], kernel[cell], 1) for cell in cells_of(window)
    )


def _has_depthwise(window: Window) -> bool:
    return len(set(window.stride)) == 1 and set(window.dilation) == {1}


def _depthwise(inputs: Any, padding: str, kernel: Any, window: Window) -> Any:
    channels = inputs.shape[-1]
    kernel = tf.reshape(kernel, (*window.kernel, channels, kernel.shape[-1] // channels))
    return tf.nn.depthwise_conv2d(inputs, kernel, (1, *window.stride, 1), padding)


def _spatial(inputs: Any, padding: str, kernel: Any, window: Window, groups: int) -> Any:
    def plain(inputs: Any, kernel: Any) -> Any:
        return tf.nn.conv3d(inputs, kernel, (1, *window.stride, 1), padding)

    return _by_group(plain, inputs, kernel, groups)


def _by_group(plain: Callable[[Any, Any], Any], inputs: Any, kernel: Any, groups: int) -> Any:
    if groups == 1:
        return plain(inputs, kernel)
    parts = zip(tf.split(inputs, groups, -1), tf.split(kernel, groups, -1), strict=True)
    return tf.concat([plain(*part) for part in parts], -1)


def _unrolled(inputs: Any, kernel: Any, window: Window, groups: int) -> Any:
    """Convolve by adding up convolutions of one axis fewer, one for each row of the kernel.

    TensorFlow has no convolution over four axes, and on a CPU no dilated one over three.
    """
    count, stride, dilation = window.kernel[0], window.stride[0], window.dilation[0]
    rest = Window(*(sizes[1:] for sizes in _fields(window)))
    out = window.convolved(sizes_of(inputs)[1:-1])[0]
    sides = [(0, 0), (window.pad[0],) * 2, *[(0, 0)] * len(window.kernel)]
    padded = tf.pad(inputs, sides) if window.pad[0] else inputs
    tops = []
    for place in range(count):
        start = place * dilation
        rows = padded[:, start : start + (out - 1) * stride + 1 : stride]
        images = tf.reshape(rows, (-1, *sizes_of(rows)[2:]))
        tops.append(correlate(images, kernel[place], rest, groups))
    return tf.reshape(tf.add_n(tops), (-1, out, *sizes_of(tops[0])[1:]))


def _fields(window: Window) -> tuple[tuple[int, ...], ...]:
    return window.kernel, window.stride, window.pad, window.dilation
