"""Layers: which of Caffe's layer types have a form in ONNX's standard operations, and which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from owltf_exporter.onnx_graph import activation, filters, normalization, recurrent, utility
from owltf_exporter.onnx_graph.graph import Step
from owltf_exporter.onnx_graph.pooling import pooling, spp

BY_TYPE: dict[str, Callable[[Step], None]] = {
    "AbsVal": activation.plain("Abs"),
    "ArgMax": utility.argmax,
    "BNLL": activation.plain("Softplus"),
    "BatchNorm": normalization.batch_norm,
    "BatchReindex": utility.batch_reindex,
    "Bias": normalization.bias,
    "Clip": activation.clip,
    "Concat": utility.concat,
    "Convolution": filters.convolution,
    "Crop": utility.crop,
    "Deconvolution": filters.deconvolution,
    "ELU": activation.elu,
    "Eltwise": utility.eltwise,
    "Embed": utility.embed,
    "Exp": activation.exponential,
    "Filter": utility.filter_,
    "Flatten": utility.reshape,
    "Im2col": filters.im2col,
    "InnerProduct": filters.inner_product,
    "LRN": normalization.lrn,
    "LSTM": recurrent.lstm,
    "LSTMUnit": recurrent.lstm_unit,
    "Log": activation.logarithm,
    "MVN": normalization.mvn,
    "PReLU": activation.prelu,
    "Parameter": utility.parameter,
    "Pooling": pooling,
    "Power": activation.power,
    "RNN": recurrent.rnn,
    "ReLU": activation.relu,
    "Reduction": utility.reduction,
    "Reshape": utility.reshape,
    "SPP": spp,
    "Scale": normalization.scale,
    "Sigmoid": activation.plain("Sigmoid"),
    "Slice": utility.slice_,
    "Softmax": utility.softmax,
    "Swish": activation.swish,
    "TanH": activation.plain("Tanh"),
    "Threshold": activation.threshold,
    "Tile": utility.tile,
}
_MOST_AXES = 3


def unsupported(layer: Any) -> str | None:
    """Say what a layer asks for that has no form here, or None."""
    if layer.type not in BY_TYPE:
        return f"the type {layer.type}"
    parameter = layer.parameter
    if layer.type == "BatchNorm":
        return _batch_reason(parameter.batch_norm_param)
    return None


def _batch_reason(param: Any) -> str | None:
    by_batch = param.HasField("use_global_stats") and not param.use_global_stats
    return "use_global_stats: false" if by_batch else None
