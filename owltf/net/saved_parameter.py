"""The net as a caffemodel holds it: with what Caffe's layers add to their own parameters."""

from __future__ import annotations

from owltf.caffe.net.splits import with_splits
from owltf.caffe.schema.messages import LayerParameter, NetParameter
from owltf.net.net import Net

_STATISTICS = 3


def saved_parameter(net: Net) -> NetParameter:
    """Return the net's parameter as Caffe writes it.

    Caffe gives each layer that takes a blob a copy of its own, by `Split` layers, and writes these
    too. Its losses write down their default `loss_weight`, and its BatchNorm layers the
    `lr_mult: 0` of their three blobs.
    """
    parameter = with_splits(net.graph.source).parameter
    losses = {loss.layer for loss in net.losses}
    for layer in parameter.layer:
        if layer.name in losses and not layer.loss_weight:
            layer.loss_weight.append(1)
        if layer.type == "BatchNorm":
            _hold_statistics(layer)
    return parameter


def _hold_statistics(layer: LayerParameter) -> None:
    while len(layer.param) < _STATISTICS:
        layer.param.add().lr_mult = 0
