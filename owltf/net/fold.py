"""Removes layers that scale or shift channels, by changing the weights of the layer before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from owltf.caffe.prototxt.source import copied, without_layers
from owltf.convert.converter import converter_of
from owltf.net.folded_layer import affine_terms, has_affine
from owltf.net.net import Net

Params = dict[str, list[np.ndarray]]


@dataclass(frozen=True)
class Folded:
    """A net that computes the same as another with fewer layers.

    Attributes:
        net: the other net.
        parameter: its `NetParameter`.
        layers: the names of the layers that were removed.
        changed: the parameter blobs of the layers that took these over.
    """

    net: Net
    parameter: Any
    layers: tuple[str, ...]
    changed: Params

    @cached_property
    def params(self) -> Params:
        """The parameter blobs of its layers; the unchanged ones are copied when first asked for."""
        kept = [name for name in self.net.layer_params if name not in self.layers]
        own = {name: _blobs(self.net, name) for name in kept if name not in self.changed}
        return {**own, **self.changed}


def fold(net: Net, keep: Collection[str] = ()) -> Folded:
    """Return a net without the layers whose effect the layer before can take over.

    Such layers are `affine`: BatchNorm, Scale and Bias multiply each channel and add to it. One is
    removed if no other layer takes its bottom, and the layer that makes the bottom can `absorb`
    it, as a convolution or an inner product can. The net must be built for TEST, where BatchNorm
    uses the statistics it gathered.

    Args:
        net: the net, with its weights.
        keep: names of blobs that must stay.
    """
    folding = _Folding(net, keep)
    for index, layer in enumerate(net.graph.layers):
        folding.look(index, layer)
    return folding.result()


class _Folding:
    """Decides layer by layer what is removed; `kept` holds the others by their position."""

    def __init__(self, net: Net, keep: Collection[str]) -> None:
        self._net, self._keep = net, {*keep}
        self.changed: Params = {}
        self.kept: dict[int, Any] = {}
        self.layer_names: dict[int, str] = {}
        self.gone: list[str] = []
        self._registry, self._tops = net.context.registry, net.layer_tops
        self._readers = _readers([layer.parameter for layer in net.graph.layers])
        self._writers: dict[str, tuple[int, int]] = {}

    def look(self, index: int, layer: Any) -> None:
        """Remove a layer if the one before can absorb it, else keep it."""
        into = self._absorbing(layer)
        if into is None:
            self.kept[index], self.layer_names[index] = copied(layer.parameter), layer.name
            self._writers.update((top, (index, index)) for top in layer.parameter.top)
            return
        self.kept[into].top[:] = layer.parameter.top
        self._writers[layer.parameter.top[0]] = (into, index)
        self.gone.append(layer.name)

    def _absorbing(self, layer: Any) -> int | None:
        """Return the position of the layer before, if it could absorb this one."""
        place = self._target(layer.parameter)
        affine = None if place is None else self._affine(layer)
        if affine is None or place is None:
            return None
        target, name = self.kept[place], self.layer_names[place]
        converter = converter_of(target, self._registry)
        before = self.changed.get(name) or _blobs(self._net, name)
        blobs = converter.absorb(target, before, *affine)
        if blobs is None:
            return None
        self.changed[name] = [np.asarray(blob, np.float32) for blob in blobs]
        return place

    def _affine(self, layer: Any) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the factor and the term of a layer, if it only multiplies and adds."""
        parameter = layer.parameter
        if len(parameter.bottom) != 1 or _is_shared(parameter):
            return None
        if self._keep & {*parameter.bottom} - {*parameter.top}:
            return None
        if not has_affine(parameter, self._registry):
            return None
        blobs = _blobs(self._net, layer.name)
        return affine_terms(parameter, blobs, self._channels(layer), self._registry)

    def _channels(self, layer: Any) -> Sequence[int]:
        return next((top.shape[1:2] for top in self._tops[layer.name]), ())

    def _target(self, parameter: Any) -> int | None:
        """Return the position of the layer that makes the bottom, if nothing else takes that."""
        bottom = parameter.bottom[0] if parameter.bottom else ""
        place, written = self._writers.get(bottom, (-1, -1))
        target = self.kept.get(place)
        if target is None or len(target.top) != 1 or _is_shared(target):
            return None
        return place if self._readers[written, bottom] == 1 else None

    def result(self) -> Folded:
        """Return the net of the layers that are kept."""
        parameter = without_layers(self._net.graph.source.parameter)
        parameter.layer.extend(self.kept.values())
        return Folded(self._net, parameter, tuple(self.gone), self.changed)


def _blobs(net: Net, layer: str) -> list[np.ndarray]:
    return [each.get() for each in net.layer_params.get(layer, ())]


def _readers(layers: Iterable[Any]) -> Counter[tuple[int, str]]:
    """Count the layers that take each version of a blob, known by the layer that wrote it."""
    writers: dict[str, int] = {}
    count: Counter[tuple[int, str]] = Counter()
    for index, layer in enumerate(layers):
        count.update((writers[name], name) for name in layer.bottom)
        writers.update(dict.fromkeys(layer.top, index))
    return count


def _is_shared(parameter: Any) -> bool:
    return any(spec.name for spec in parameter.param)
