"""Depthwise convolutions: one filter for each channel, under the names that forks gave them."""

from __future__ import annotations

from owltf.api import Blob, Convolution, Layer


class DepthwiseConvolution(Convolution):
    """A Convolution whose groups are the channels."""

    caffe_type = "DepthwiseConvolution"

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return each bottom convolved channel by channel."""
        _set_group(layer, bottoms[0])
        return super().build(layer, *bottoms)

    onnx = Convolution.onnx


class ConvolutionDepthwise(DepthwiseConvolution):
    """The same under another name."""

    caffe_type = "ConvolutionDepthwise"


class ConvDepthwise(DepthwiseConvolution):
    """The same under a third name."""

    caffe_type = "ConvDepthwise"


def _set_group(layer: Layer, bottom: Blob) -> None:
    """Set `group`, which some forks' nets leave out, to the number of channels."""
    param = layer.parameter.convolution_param
    channels = bottom.shape[layer.axis(bottom, param.axis)]
    if param.HasField("group") and param.group not in (1, channels):
        raise layer.error(f"group ({param.group}) must be the number of channels ({channels})")
    param.group = channels
