"""Convolution: learnable filters moved over images, or over blobs with other spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.axis_zero import with_leading_axis, without_leading_axis
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.convert.window import Window, convolution_window, dims, side
from owltf.layers.vision.correlate import correlate
from owltf.layers.vision.onnx_window import add_filters
from owltf.runtime.graph_checks import check_room
from owltf.runtime.open_sizes import sizes_of, where_known


@keras.saving.register_keras_serializable("owltf")
class Conv(keras.layers.Layer):
    """Convolves (N, ..., C) along all its spatial axes, whatever their number.

    Args:
        filters: how many channels the top has.
        kernel_size: the filters' size along each axis.
        strides: the distance between two places of a filter.
        pad: the zeros on each side.
        dilation_rate: the distance between neighbours in a filter.
        groups: into how many parts the channels are split.
        use_bias: whether a number is added to each channel.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(
        self,
        filters: int,
        kernel_size: Sequence[int],
        strides: Sequence[int],
        pad: Sequence[int],
        dilation_rate: Sequence[int],
        groups: int = 1,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.groups = groups
        self.use_bias = use_bias
        self.window = Window.of(kernel_size, strides, pad, dilation_rate)

    def build(self, input_shape: Any) -> None:
        """Add the filters and the bias."""
        channels = input_shape[-1]
        self.input_spec = keras.layers.InputSpec(ndim=len(input_shape), axes={-1: channels})
        shape = (*self.window.kernel, *self._channels(channels))
        self.kernel = self.add_weight(name="kernel", shape=shape)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def _channels(self, channels: int) -> tuple[int, int]:
        """Return the last two sizes of the filters."""
        return channels // self.groups, self.filters

    def call(self, inputs: Any) -> Any:
        """Return the convolved images."""
        images = check_room(inputs, self._size(sizes_of(inputs)[1:-1]), self.name)
        top = self._apply(images, tf.convert_to_tensor(self.kernel))
        return tf.nn.bias_add(top, self.bias) if self.use_bias else top

    def _apply(self, inputs: Any, kernel: Any) -> Any:
        return correlate(inputs, kernel, self.window, self.groups)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top for (N, ..., C)."""
        return (input_shape[0], *where_known(self._size, input_shape[1:-1]), self.filters)

    def _size(self, size: Sequence[int]) -> list[int]:
        """Return the top's spatial size."""
        return self.window.convolved(size)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {
            **super().get_config(),
            **self.window.config,
            "filters": self.filters,
            "groups": self.groups,
            "use_bias": self.use_bias,
        }

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras, after a call of ZeroPadding if needed."""
        kernel, stride, dilation = self.window.kernel, self.window.stride, self.window.dilation
        check_source_axes(call, kernel)
        is_same = self._pads_the_same()
        return call.layer_call(
            f"layers.Conv{len(kernel)}D",
            self.filters,
            side(kernel),
            x=None if is_same else self._padded_source(call),
            strides=call.unless(side(stride), 1),
            padding="same" if is_same else None,
            dilation_rate=call.unless(side(dilation), 1),
            groups=call.unless(self.groups, 1),
            use_bias=call.unless(self.use_bias, True),
        )

    def _pads_the_same(self) -> bool:
        window = self.window
        sides = zip(window.extent, window.pad, strict=True)
        fits = all(extent - 1 == 2 * pad for extent, pad in sides)
        return any(window.pad) and fits and set(window.stride) == {1}

    def _padded_source(self, call: SourceCall) -> str | None:
        pad = self.window.pad
        if not any(pad):
            return None
        return call.step(f"layers.ZeroPadding{len(pad)}D({call.literal(side(pad))})({call.x})")


class Convolution(LayerConverter):
    """Moves learnable filters over images: their products with each window are the top.

    The filters are (num_output, C / group, height, width). The spatial axes are those after `axis`,
    which is the channels'; all axes before it count images.
    """

    caffe_type = "Convolution"
    params = (ParamBlob("kernel", caffe="oi...", keras="...io"), ParamBlob("bias"))
    bottoms = (1, None)
    tops = (1, None)
    keras_class: ClassVar[type[Conv]] = Conv

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return a top for each bottom, all computed with the same filters."""
        if len(bottoms) != len(layer.tops):
            raise layer.error(f"makes one top of each bottom: {len(bottoms)}, {len(layer.tops)}")
        first, param = bottoms[0], layer.parameter.convolution_param
        if any(each.shape != first.shape for each in bottoms):
            shapes = ", ".join(str(each.shape) for each in bottoms)
            raise layer.error(f"bottoms must have one shape; got {shapes}")
        axis = channel_axis(layer, first)
        window = convolution_window(layer, param, first.rank - axis - 1)
        self._check_fits(layer, window, first)
        convolution = self._keras(layer, window, first.shape[axis])
        return [over_images(layer, bottom, axis, convolution) for bottom in bottoms]

    def onnx(self, node: OnnxNode) -> None:
        """Write Conv, with Caffe's filters as they are."""
        add_filters(node, "Conv")

    def absorb(
        self, parameter: Any, blobs: Sequence[np.ndarray], factor: np.ndarray, term: np.ndarray
    ) -> list[np.ndarray] | None:
        """Return factor * filters and factor * bias + term."""
        param = parameter.convolution_param
        if param.axis != 1 or factor.shape != (param.num_output,):
            return None
        param.bias_term = True
        filters = self._scaled(param, blobs[0], factor)
        return [filters, blobs[1] * factor + term if blobs[1:] else term]

    def _scaled(self, param: Any, filters: np.ndarray, factor: np.ndarray) -> np.ndarray:
        return np.asarray(filters * factor.reshape(-1, *(1,) * (filters.ndim - 1)))

    def _check_fits(self, layer: Layer, window: Window, bottom: Blob) -> None:
        check_fits(layer, window, bottom)

    def _keras(self, layer: Layer, window: Window, channels: int) -> Any:
        param = layer.parameter.convolution_param
        outputs, group = param.num_output, param.group
        if min(outputs, group) < 1 or channels % group or outputs % group:
            raise layer.error(
                f"num_output ({outputs}) and channels ({channels}) must be multiples of "
                f"group ({group})"
            )
        return layer.keras(
            self.keras_class,
            fillers=(param.weight_filler, param.bias_filler),
            **window.config,
            filters=outputs,
            groups=group,
            use_bias=param.bias_term,
        )


def channel_axis(layer: Layer, bottom: Blob) -> int:
    """Return the axis of the channels that a `ConvolutionParameter` names.

    Raises:
        OwltfError: if there is no such axis.
    """
    return layer.axis(bottom, layer.parameter.convolution_param.axis)


def check_fits(layer: Layer, window: Window, bottom: Blob) -> None:
    """Refuse a window that is larger than the padded bottom.

    Raises:
        OwltfError: if it does not fit along some axis.
    """
    size = bottom.shape[bottom.rank - len(window.kernel) :]
    if min(window.convolved(size), default=1) < 1:
        raise layer.error(
            f"a kernel covering {dims(window.extent)} does not fit in "
            f"'{bottom.name}' {bottom.shape} with pad {dims(window.pad)}"
        )


def over_images(layer: Layer, bottom: Blob, axis: int, convolution: Any) -> Blob:
    """Return the top of a Keras layer that computes on images, for any axis of the channels.

    Args:
        layer: Caffe's layer.
        bottom: the bottom.
        axis: the axis of the bottom's channels; all axes before it count images.
        convolution: the Keras layer, which takes channels last.
    """
    if axis <= 1:
        images, _ = with_leading_axis(layer, bottom, axis)
        return without_leading_axis(images.to_channels_last().map(convolution), axis)
    before = bottom.shape[:axis]
    images = bottom.reshape((prod(before), *bottom.shape[axis:]), "images")
    top = images.to_channels_last().map(convolution)
    return top.reshape((*before, *top.shape[1:]))


def check_source_axes(call: SourceCall, kernel: Sequence[int]) -> None:
    """Refuse to write a convolution that Keras has no layer for.

    Raises:
        UnsupportedLayerError: if it has more than 3 spatial axes, or none.
    """
    if len(kernel) not in (1, 2, 3):
        raise call.unsupported(f"a kernel over {len(kernel)} axes")
