"""Tells which layers and bottoms a backward pass of Caffe computes gradients for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from owltf.net.net import Net


@dataclass(frozen=True)
class NeedBackward:
    """Which gradients a backward pass computes, by Caffe's rules.

    Attributes:
        layers: for each layer, whether it runs backward.
        bottoms: for each layer, whether each of its bottoms gets a gradient.
    """

    layers: Sequence[bool]
    bottoms: Sequence[Sequence[bool]]

    @classmethod
    def of(cls, net: Net) -> NeedBackward:
        """Return what a net's backward pass computes.

        A layer runs backward if weights that are trained lie at or before it, and a loss after it;
        all do with `force_backward`.
        """
        if net.graph.source.parameter.force_backward:
            return cls(
                [not layer.is_effect for layer in net.layers],
                [[True] * len(layer.bottoms) for layer in net.layers],
            )
        return _under_losses(net, *_over_weights(net))


def _over_weights(net: Net) -> tuple[list[bool], list[list[bool]]]:
    """Return the layers and bottoms that have trained weights at or before them."""
    layers: list[bool] = []
    bottoms: list[list[bool]] = []
    blobs: dict[str, bool] = {}
    for graph_layer, layer in zip(net.graph.layers, net.layers, strict=True):
        names, flags = graph_layer.parameter.bottom, graph_layer.parameter.propagate_down
        below = [blobs[name] for name in names]
        bottoms.append([bool(flag) for flag in flags] or below)
        layers.append(any(below) or any(param.is_trained for param in layer.params))
        for top in graph_layer.parameter.top:
            blobs[top] = layers[-1] or blobs.get(top, False)
    return layers, bottoms


def _under_losses(net: Net, layers: list[bool], bottoms: list[list[bool]]) -> NeedBackward:
    losses = {(loss.layer, loss.top) for loss in net.losses}
    under: set[str] = set()
    skipped: set[str] = set()
    for place in reversed(range(len(layers))):
        layer = net.graph.layers[place]
        tops = [top for top in layer.parameter.top if (layer.name, top) in losses or top in under]
        if not tops or all(top in skipped for top in tops):
            layers[place] = False
            bottoms[place] = [False] * len(bottoms[place])
        if tops:
            under.update(layer.parameter.bottom)
        pairs = zip(layer.parameter.bottom, bottoms[place], strict=True)
        skipped.update(name for name, needed in pairs if not needed)
    return NeedBackward(layers, bottoms)
