"""A layer that stands for itself and for those after it that scale its channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from owltf.caffe.net.graph import GraphLayer
from owltf.caffe.prototxt.source import copied
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.converter import LayerConverter, converter_of
from owltf.convert.keras_names import KerasNames, keras_name
from owltf.convert.layer import Layer
from owltf.convert.sharing import SharedLayers
from owltf.net.convert_layer import convert_layer
from owltf.net.net_layer import NetLayer
from owltf.registry.registry import Registry
from owltf.runtime.copy import contiguous

Blobs = list[np.ndarray]


@dataclass(frozen=True)
class NetPart:
    """A layer of a built net, with what the net's file says of it.

    Attributes:
        layer: the layer.
        of_graph: the same in the graph.
        context: what the net was built with.
    """

    layer: NetLayer
    of_graph: GraphLayer
    context: NetContext

    @property
    def parameter(self) -> Any:
        """The `LayerParameter`."""
        return self.of_graph.parameter

    def blobs(self) -> Blobs:
        """Return its parameter blobs as they are now."""
        return [param.get() for param in self.layer.params]


@dataclass
class FoldedLayer:
    """A layer with weights that make it compute what layers after it would do.

    Attributes:
        target: the layer, a convolution or another that can `absorb`.
        folded: the layers after it that only scale its channels and add to them.
        owners: the names that the net's Keras layers have.
    """

    target: NetPart
    folded: tuple[NetPart, ...]
    owners: Mapping[str, str]
    _shared: SharedLayers = field(default_factory=SharedLayers, init=False)
    _built: Layer | None = field(default=None, init=False)
    _parameter: Any = field(default=None, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its layers."""
        return tuple(part.layer.name for part in (self.target, *self.folded))

    @property
    def top(self) -> Blob:
        """The last layer's top in the net."""
        return (self.target, *self.folded)[-1].layer.tops[0]

    @property
    def is_built(self) -> bool:
        """Whether a model has it."""
        return self._built is not None

    def can_be_made(self) -> bool:
        """Return whether the layer can absorb the others, as their parameters are now."""
        found = self._absorbed()
        if found is None or not all(np.isfinite(blob).all() for blob in found[1]):
            return False
        self._parameter = found[0]
        return True

    def top_of(self, bottoms: Sequence[Any]) -> Any:
        """Return the Keras tensor that the layer makes of those of its bottoms.

        Its weights are right after `refresh`.
        """
        names = self._names()
        pairs = zip(self.target.layer.bottoms, bottoms, strict=True)
        blobs = [replace(blob, tensor=tensor, names=names) for blob, tensor in pairs]
        self._built = self._layer(names)
        converter = converter_of(self._built.parameter, self._built.context.registry)
        top = convert_layer(converter, self._built, blobs)[0]
        return top.in_layout_of(self.top).tensor

    def _names(self) -> KerasNames:
        """Return names that differ from those of the net's other layers."""
        names, own = KerasNames(()), keras_name(self.target.layer.name)
        names.owners = {name: owner for name, owner in self.owners.items() if name != own}
        return names

    def _layer(self, names: KerasNames) -> Layer:
        loaded = frozenset({self.target.layer.name})
        context = replace(self.target.context, shared=self._shared, loaded=loaded)
        of_graph = replace(self.target.of_graph, parameter=self._parameter)
        return Layer.of(of_graph, context, names)

    def refresh(self) -> None:
        """Compute its weights from the net's parameters as they are now."""
        found = self._absorbed()
        if found is None or self._built is None:
            return
        held = self._built.weights.held
        for index, blob in enumerate(found[1]):
            held[index].variable.assign(contiguous(held[index].blob.to_keras(blob)))

    def _absorbed(self) -> tuple[Any, Blobs] | None:
        """Return the `LayerParameter` and the blobs that it has now; None if there are none."""
        parameter, blobs = copied(self.target.parameter), self.target.blobs()
        for part in self.folded:
            made = self._with(parameter, blobs, part)
            if made is None:
                return None
            blobs = [np.asarray(blob, np.float32) for blob in made]
        return parameter, blobs

    def _with(self, parameter: Any, blobs: Blobs, part: NetPart) -> Sequence[np.ndarray] | None:
        """Return the blobs with which the layer does what one after it does, too."""
        registry, channels = part.context.registry, self.target.layer.tops[0].shape[1:2]
        terms = affine_terms(part.parameter, part.blobs(), channels, registry)
        if terms is None:
            return None
        return converter_of(parameter, registry).absorb(parameter, blobs, *terms)


def has_affine(parameter: Any, registry: Registry) -> bool:
    """Return whether a layer's type can be one that only multiplies its channels and adds to them.

    Args:
        parameter: the `LayerParameter`.
        registry: what plugins bring.
    """
    return type(converter_of(parameter, registry)).affine is not LayerConverter.affine


def affine_terms(
    parameter: Any, blobs: Sequence[np.ndarray], channels: Sequence[int], registry: Registry
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the factor and the term of each channel, if a layer only multiplies and adds.

    Args:
        parameter: the `LayerParameter`; the layer has one bottom.
        blobs: its parameter blobs.
        channels: the number of the bottom's channels, alone in a tuple.
        registry: what plugins bring.
    """
    found = converter_of(parameter, registry).affine(parameter, blobs)
    if found is None:
        return None
    factor, term = (np.asarray(each, np.float64) for each in found)
    if factor.size == term.size == 1:
        factor, term = (np.broadcast_to(each, channels) for each in (factor, term))
    return factor, term
