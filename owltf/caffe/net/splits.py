"""Writes Caffe's own additions into a net: the Splits of shared blobs, the tops of losses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from owltf.caffe.prototxt.source import NetSource, copied

AUTOMATIC = "(automatic)"
Top = tuple[int, int]


def with_automatic_tops(source: NetSource, losses: Container[str]) -> NetSource:
    """Return a net in which losses that name no top have one, as Caffe gives them.

    Args:
        source: the net.
        losses: the layer types that are losses.
    """
    made = 0
    layers = []
    for layer, line in zip(source.parameter.layer, source.lines, strict=True):
        if layer.type in losses and not layer.top:
            made += 1
            layer = copied(layer)
            layer.top.append(AUTOMATIC if made == 1 else f"{AUTOMATIC} {made}")
        layers.append((layer, line))
    return source.with_layers(layers) if made else source


def with_splits(source: NetSource) -> NetSource:
    """Return a net in which a Split gives each layer that takes a blob a copy of its own.

    Names are Caffe's: blob `b` of layer `l`, its top 0, becomes `b_l_0_split_0` and so on.
    """
    return source.with_layers(_Splits(list(source.parameter.layer)).layers(source.lines))


@dataclass
class _Splits:
    """The tops of a net's layers, with how often each is taken."""

    all: list[Any]
    counts: Counter[Top] = field(default_factory=Counter)
    taken: dict[tuple[int, int], Top] = field(default_factory=dict)
    weights: dict[Top, float] = field(default_factory=dict)
    _next: Counter[Top] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        makers: dict[str, Top] = {}
        for place, layer in enumerate(self.all):
            for index, blob in enumerate(layer.bottom):
                if blob in makers:
                    self.taken[place, index] = makers[blob]
                    self.counts[makers[blob]] += 1
            makers.update((blob, (place, index)) for index, blob in enumerate(layer.top))
            for index, weight in enumerate(layer.loss_weight[: len(layer.top)]):
                if weight:
                    # The loss takes its top, too.
                    self.weights[place, index] = weight
                    self.counts[place, index] += 1

    def layers(self, lines: tuple[int, ...]) -> Iterator[tuple[Any, int]]:
        for place, line in enumerate(lines):
            layer = copied(self.all[place])
            for index in range(len(layer.bottom)):
                self._rename(layer, place, index)
            shared = [top for top in range(len(layer.top)) if self.counts[place, top] > 1]
            if any((place, top) in self.weights for top in shared):
                layer.ClearField("loss_weight")
            yield layer, line
            for top in shared:
                yield self._split((place, top)), line

    def _rename(self, layer: Any, place: int, index: int) -> None:
        top = self.taken.get((place, index))
        if top is not None and self.counts[top] > 1:
            first = int(top in self.weights)
            layer.bottom[index] = f"{self._name(top)}_{first + self._next[top]}"
            self._next[top] += 1

    def _name(self, top: Top) -> str:
        layer = self.all[top[0]]
        return f"{layer.top[top[1]]}_{layer.name}_{top[1]}_split"

    def _split(self, top: Top) -> Any:
        layer, name, count = self.all[top[0]], self._name(top), self.counts[top]
        split = type(layer)(name=name, type="Split", phase=layer.phase)
        split.bottom.append(layer.top[top[1]])
        split.top.extend(f"{name}_{index}" for index in range(count))
        if top in self.weights:
            split.loss_weight.extend([self.weights[top], *[0.0] * (count - 1)])
        return split
