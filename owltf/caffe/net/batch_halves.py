"""Says whether both halves of a net's batch can be computed apart, from its prototxt alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.message import Message

from owltf.caffe.prototxt.source import NetSource
from owltf.errors import OwltfError

# They compute each row of a batch by itself, or sum figures over the rows, and keep no state.
_BY_ROWS = """
    AbsVal Accuracy BNLL Bias Clip Concat ContrastiveLoss Convolution Data Deconvolution Dropout
    DummyData ELU Eltwise Embed EuclideanLoss Exp Flatten HDF5Data HingeLoss Im2col ImageData
    InnerProduct LRN Log MVN MemoryData MultinomialLogisticLoss PReLU Pooling Power ReLU SPP Scale
    Sigmoid SigmoidCrossEntropyLoss Silence Slice Softmax SoftmaxWithLoss Split Swish TanH
    Threshold Tile WindowData
"""
# The time of an InnerProduct of many outputs is that of reading its weights, which each half would
# do; of one of few outputs, that of calling TensorFlow's operations, of which halves have twice as
# many.
_MANY_OUTPUTS, _FEW_OUTPUTS = 2000, 100


def why_not_by_halves(nets: Iterable[NetSource]) -> str | None:
    """Return which layer needs the whole batch, as a part of a sentence; None if no layer does."""
    known = _BY_ROWS.split()
    for net in nets:
        for index, layer in enumerate(net.parameter.layer):
            if layer.type not in known or _has_axis_zero(layer) or _has_one_row(layer):
                return f"layer '{layer.name}' ({layer.type}, {net.where(index)})"
    return None


def check_by_halves(nets: Iterable[NetSource], reason: str | None = None) -> None:
    """Raise OwltfError if a net, or something else, needs whole batches.

    Args:
        nets: the nets.
        reason: what else needs them, if something does.
    """
    reason = reason or why_not_by_halves(nets)
    if reason:
        raise OwltfError(f"half batches: {reason} needs whole batches; leave the option out")


def is_quicker_by_halves(nets: Sequence[NetSource]) -> bool:
    """Return whether nets can be computed by halves and are quicker so, as far as can be told."""
    if why_not_by_halves(nets):
        return False
    layers = [layer for net in nets for layer in net.parameter.layer]
    most: int = max((layer.inner_product_param.num_output for layer in layers), default=0)
    has_work = any("onvolution" in layer.type for layer in layers) or most >= _FEW_OUTPUTS
    return has_work and most < _MANY_OUTPUTS


def _has_axis_zero(layer: Any) -> bool:
    names = ("axis", "concat_dim")
    return any(_is_zero(parameter, name) for parameter in _parameters(layer) for name in names)


def _parameters(layer: Any) -> list[Message]:
    """Return the messages of a layer that hold the fields of its type."""
    fields = (value for field, value in layer.ListFields() if field.name.endswith("_param"))
    return [value for value in fields if isinstance(value, Message)]


def _has_one_row(layer: Any) -> bool:
    """Return whether a data layer gives batches of one row, which have no halves."""
    made = layer.dummy_data_param
    rows = [shape.dim[0] for shape in made.shape if shape.dim] + list(made.num)
    rows += [getattr(parameter, "batch_size", 0) for parameter in _parameters(layer)]
    return 1 in rows


def _is_zero(parameter: Any, name: str) -> bool:
    """Return whether an axis is 0, or counted from the end, where it may be."""
    known = name in parameter.DESCRIPTOR.fields_by_name and parameter.HasField(name)
    return known and (getattr(parameter, name) == 0 or getattr(parameter, name) < -1)
