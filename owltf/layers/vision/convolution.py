"""Convolution: learnable filters over height and width."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer
from owltf.net.params import ParamBlob
from owltf.net.window import Window, convolution_window


@keras.saving.register_keras_serializable("owltf")
class Conv2D(keras.layers.Conv2D):
    """Keras's Conv2D with padding on each side, and with groups that are quick on a CPU.

    Args:
        strides: (height, width) of the window's steps.
        pad: rows and columns of zeros on each side.
        **kwargs: those of `keras.layers.Conv2D`.
    """

    def __init__(
        self,
        *args: Any,
        strides: tuple[int, int] = (1, 1),
        pad: tuple[int, int] = (0, 0),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Keras refuses a stride beside a dilation; Caffe and TensorFlow's op take both.
        self.strides: Any = tuple(strides)
        self.pad: Any = tuple(pad)

    def call(self, inputs: Any) -> Any:
        """Return the convolution of (N, H, W, C)."""
        inputs, padding = self._padded(inputs)
        top = self._convolve(inputs, tf.convert_to_tensor(self.kernel), padding)
        return tf.nn.bias_add(top, self.bias) if self.use_bias else top

    def _padded(self, inputs: Any) -> tuple[Any, str]:
        # The quickest is SAME, where that adds what is asked for; else a pad and VALID, as oneDNN
        # has no filter gradient for a convolution with a padding of one's own.
        height, width = self.pad
        if not (height or width):
            return inputs, "VALID"
        if self.strides == (1, 1) and self._window.extent == (2 * height + 1, 2 * width + 1):
            return inputs, "SAME"
        return tf.pad(inputs, [(0, 0), (height, height), (width, width), (0, 0)]), "VALID"

    @property
    def _window(self) -> Window:
        return Window(self.kernel_size, self.strides, self.pad, self.dilation_rate)

    def _convolve(self, inputs: Any, kernel: Any, padding: str) -> Any:
        channels = inputs.shape[-1]
        if self.groups == 1 or tf.config.list_logical_devices("GPU"):
            return self._plain(inputs, kernel, padding)
        if self.groups == channels and self._has_depthwise():
            return self._depthwise(inputs, kernel, padding)
        # Keras compiles a grouped convolution with XLA, which is an order slower on a CPU, and
        # TensorFlow's own grouped kernel is missing outside tf.function and without oneDNN.
        parts = zip(tf.split(inputs, self.groups, 3), tf.split(kernel, self.groups, 3), strict=True)
        return tf.concat([self._plain(*part, padding) for part in parts], 3)

    def _plain(self, inputs: Any, kernel: Any, padding: str) -> Any:
        return tf.nn.conv2d(inputs, kernel, self.strides, padding, dilations=self.dilation_rate)

    def _has_depthwise(self) -> bool:
        return bool(self.strides[0] == self.strides[1] and self.dilation_rate == (1, 1))

    def _depthwise(self, inputs: Any, kernel: Any, padding: str) -> Any:
        height, width, _, outputs = kernel.shape
        kernel = tf.reshape(kernel, (height, width, self.groups, outputs // self.groups))
        return tf.nn.depthwise_conv2d(inputs, kernel, (1, *self.strides, 1), padding)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top for (N, H, W, C)."""
        return (input_shape[0], *self._window.convolved(input_shape[1:3]), self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "pad": list(self.pad)}


class Convolution(LayerConverter):
    """Filters of (num_output, C / group, height, width), correlated with the bottom."""

    caffe_type = "Convolution"
    params = (ParamBlob("kernel", caffe="oi...", keras="...io"), ParamBlob("bias"))
    bottoms = (1, None)
    tops = (1, None)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return a top for each bottom; all bottoms meet the same filters."""
        if len(bottoms) != len(layer.tops):
            raise layer.error(f"makes one top of each bottom: {len(bottoms)}, {len(layer.tops)}")
        window = self._window(layer, bottoms[0])
        convolution = self._keras(layer, window, bottoms[0].shape[1])
        return [bottom.to_channels_last().map(convolution) for bottom in bottoms]

    def _window(self, layer: Layer, bottom: Blob) -> Window:
        param = layer.parameter.convolution_param
        if bottom.rank != 4 or layer.axis(bottom, param.axis) != 1:
            raise layer.unsupported(f"a convolution of {bottom.shape} from axis {param.axis}")
        window = convolution_window(layer, param)
        if min(window.convolved(bottom.shape[2:])) < 1:
            raise layer.error(
                f"a kernel covering {window.extent[0]}x{window.extent[1]} does not fit in "
                f"'{bottom.name}' {bottom.shape} with pad {window.pad[0]}x{window.pad[1]}"
            )
        return window

    def _keras(self, layer: Layer, window: Window, channels: int) -> Any:
        param = layer.parameter.convolution_param
        if param.num_output < 1 or channels % param.group or param.num_output % param.group:
            raise layer.error(
                f"num_output ({param.num_output}) and channels ({channels}) must be multiples of "
                f"group ({param.group})"
            )
        return layer.keras(
            Conv2D,
            fillers=(param.weight_filler, param.bias_filler),
            filters=param.num_output,
            kernel_size=window.kernel,
            strides=window.stride,
            pad=window.pad,
            dilation_rate=window.dilation,
            groups=param.group,
            use_bias=param.bias_term,
        )
