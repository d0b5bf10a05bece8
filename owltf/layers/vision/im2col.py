"""Im2col: copies the values under each window into the channels."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.convert.window import Window, convolution_window
from owltf.layers.vision.convolution import channel_axis, check_fits, over_images
from owltf.layers.vision.onnx_window import add_over_images, window
from owltf.layers.vision.patches import patches
from owltf.runtime.graph_checks import check_room
from owltf.runtime.open_sizes import sizes_of, where_known

IM2COL = '''
def im2col(x, kernel, stride, pad, dilation):
    """Return the values under each place of a window as channels, channel by channel."""
    x = ops.pad(x, [(0, 0), *((p, p) for p in pad), (0, 0)])
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    counts = [(n - e) // s + 1 for n, e, s in zip(x.shape[1:-1], extents, stride)]
    cells = []
    for place in np.ndindex(*kernel):
        starts = [i * d for i, d in zip(place, dilation)]
        sides = [slice(i, i + (n - 1) * s + 1, s) for i, n, s in zip(starts, counts, stride)]
        cells.append(x[(slice(None), *sides)])
    return ops.reshape(ops.stack(cells, -1), (-1, *counts, x.shape[-1] * len(cells)))
'''


@keras.saving.register_keras_serializable("owltf")
class Columns(keras.layers.Layer):
    """Copies the K values under each window of (N, ..., C) into channels, giving C * K channels.

    Args:
        kernel_size: the window's size along each spatial axis.
        strides: the distance between two windows.
        pad: the zeros on each side.
        dilation_rate: the distance between neighbours in the window.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(
        self,
        kernel_size: Sequence[int],
        strides: Sequence[int],
        pad: Sequence[int],
        dilation_rate: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.window = Window.of(kernel_size, strides, pad, dilation_rate)

    def call(self, inputs: Any) -> Any:
        """Return the columns."""
        *size, channels = sizes_of(inputs)[1:]
        out = self.window.convolved(size)
        images = check_room(inputs, out, self.name)
        padded = tf.pad(images, [(0, 0), *((pad, pad) for pad in self.window.pad), (0, 0)])
        columns = patches(padded, self.window, out)
        return tf.reshape(columns, (-1, *out, channels * prod(self.window.kernel)))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top for (N, ..., C)."""
        batch, *size, channels = input_shape
        out = where_known(self.window.convolved, size)
        return (batch, *out, channels * prod(self.window.kernel))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), **self.window.config}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(IM2COL)
        window = self.window
        sizes = call.arguments(window.kernel, window.stride, window.pad, window.dilation)
        return f"im2col({call.x}, {sizes})"


class Im2col(LayerConverter):
    """Copies the values under each window into the channels, as a convolution needs them."""

    caffe_type = "Im2col"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the columns, of (N, C * kernel, height, width)."""
        axis, param = channel_axis(layer, bottom), layer.parameter.convolution_param
        if axis == bottom.rank - 1:
            raise layer.error(f"needs a spatial axis after axis {axis}; got {bottom.shape}")
        window = convolution_window(layer, param, bottom.rank - axis - 1)
        check_fits(layer, window, bottom)
        return over_images(layer, bottom, axis, layer.keras(Columns, **window.config))

    def onnx(self, node: OnnxNode) -> None:
        """Write a Conv with a filter for each cell of the window: 1 in that cell, else 0."""
        options = window(node)
        kernel = options["kernel_shape"]
        cells = prod(kernel)
        channels = node.shape[node.axis(node.parameter.convolution_param.axis)]
        filters = np.tile(
            np.eye(cells).reshape(cells, 1, *kernel), (channels, *[1] * (len(kernel) + 1))
        )
        options["group"] = channels
        names = [node.constant("cells", filters)]
        add_over_images(node, "Conv", node.x, names, node.top, options)
