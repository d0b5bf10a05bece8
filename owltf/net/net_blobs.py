"""The blobs, layers and parameters of a built net, by Caffe's names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from owltf.caffe.net.graph import Graph
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.params import Param
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.net.effect import Effect
from owltf.net.loss import Loss
from owltf.net.net_layer import NetLayer
from owltf.net.pass_errors import pass_errors
from owltf.net.source import Source
from owltf.net.summary import LayerSummary, short, summary


@dataclass(frozen=True, repr=False)
class NetBlobs:
    """What a net consists of: Keras tensors and variables under Caffe's names.

    Attributes:
        graph: the layers it was built from.
        context: what it was built with.
        blobs: every blob by name, after its in-place layers.
        input_blobs: the blobs fed from outside: `Input` layers and the tops of data layers.
        layer_tops: each layer's own tops, before the in-place layers that follow.
        losses: the tops whose weighted sum training minimises.
        effects: the work of layers without tops.
        sources: the data layers.
        layer_params: the parameter blobs of each layer that has some.
        owners: the Caffe layer, in words, that each Keras layer is part of, by that one's name.
        any_input: an input that the net feeds by itself, as it has no others; None if it has.
        notes: what a person should know of the net's figures, a sentence each.
    """

    graph: Graph
    context: NetContext
    blobs: Mapping[str, Blob]
    input_blobs: Mapping[str, Blob]
    layer_tops: Mapping[str, tuple[Blob, ...]]
    losses: tuple[Loss, ...]
    effects: tuple[Effect, ...]
    sources: tuple[Source, ...]
    layer_params: Mapping[str, Sequence[Param]]
    owners: Mapping[str, str]
    any_input: Any = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a table of the layers, no longer than a screen."""
        values = sum(math.prod(param.shape) for param in self.params)
        size = f"{len(self.graph.layers)} layers, {values:,} values"
        return summary(f"net {short(self.name)}, {self.phase}: {size}", self._summaries())

    def _summaries(self) -> list[LayerSummary]:
        return [
            LayerSummary(
                name=layer.name,
                type=layer.type,
                tops=[top.shape for top in self.layer_tops[layer.name]],
                params=[param.shape for param in self.layer_params.get(layer.name, ())],
            )
            for layer in self.graph.layers
        ]

    @property
    def name(self) -> str:
        """The name the prototxt gives the net."""
        return self.graph.name

    @property
    def phase(self) -> str:
        """What the net is for, "TRAIN" or "TEST"."""
        return self.context.phase

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the blobs that are fed."""
        return tuple(self.input_blobs)

    @property
    def whole_inputs(self) -> frozenset[str]:
        """The inputs without a row for each record, which each of several replicas gets whole."""
        return frozenset(
            source.tops[top] for source in self.sources for top in source.layer.whole_tops
        )

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the blobs that no layer takes, in Caffe's order."""
        return tuple(name for name in self.graph.outputs if name in self.blobs)

    @property
    def label_blob(self) -> str | None:
        """The name of the labels' blob: `label`, or else the second top of a data layer."""
        tops = [source.tops for source in self.sources if len(source.tops) > 1]
        if any("label" in each for each in tops):
            return "label"
        return tops[0][1] if tops else None

    @property
    def blob_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every blob in Caffe's order."""
        return {name: blob.shape for name, blob in self.blobs.items()}

    def blob(self, name: str) -> Blob:
        """Return a blob by name.

        Raises:
            OwltfError: if there is none; near names are listed.
        """
        if name not in self.blobs:
            raise OwltfError(
                f"net '{self.name}' has no blob '{name}': {did_you_mean(name, self.blobs)}"
            )
        return self.blobs[name]

    def output_of(self, name: str, *, before_in_place: bool = False) -> Blob:
        """Return the blob of a name, or the top of the layer of that name.

        Args:
            name: a blob's name, or else a layer's.
            before_in_place: return it as it is before the in-place layers that change it in Caffe.

        Raises:
            OwltfError: if there is neither, or the layer has several tops; near names are listed.
        """
        if name in self.blobs:
            return self._first_of(name) if before_in_place else self.blobs[name]
        tops = self.layer_tops.get(name, ())
        if not tops:
            known = {*self.blobs, *(each for each, made in self.layer_tops.items() if made)}
            raise OwltfError(
                f"net '{self.name}' has no layer or blob '{name}': {did_you_mean(name, known)}"
            )
        if len(tops) > 1:
            names = ", ".join(f"'{top.name}'" for top in tops)
            raise OwltfError(f"layer '{name}' has several tops, {names}; name one of them")
        return tops[0] if before_in_place else self.blobs.get(tops[0].name, tops[0])

    def _first_of(self, name: str) -> Blob:
        """Return a blob as its first layer makes it, before in-place layers."""
        made = (top for tops in self.layer_tops.values() for top in tops if top.name == name)
        return next(made)

    def caffe_tensors(self, blobs: Iterable[str]) -> dict[str, Any]:
        """Return the Keras tensors of blobs, in Caffe's order, by name."""
        return {name: self.blob(name).to_caffe().tensor for name in blobs}

    @cached_property
    def params(self) -> tuple[Param, ...]:
        """Every parameter blob once, in Caffe's order, which is that of a solverstate's history."""
        owners: dict[int, Param] = {}
        for params in self.layer_params.values():
            for param in params:
                owners.setdefault(id(param.variable), param)
        return tuple(owners.values())

    @cached_property
    def shared_params(self) -> frozenset[tuple[str, int]]:
        """The parameter blobs, by layer and number, that an earlier layer has, too."""
        every = (param for params in self.layer_params.values() for param in params)
        owned = {(param.layer, param.index) for param in self.params}
        return frozenset((each.layer, each.index) for each in every) - owned

    def get_params(self) -> dict[str, list[np.ndarray]]:
        """Return each layer's parameter blobs by the layer's name, in Caffe's shapes."""
        return {name: [each.get() for each in params] for name, params in self.layer_params.items()}

    def set_params(self, params: Mapping[str, Sequence[np.ndarray]]) -> None:
        """Assign the parameter blobs of the layers named, in Caffe's shapes.

        Raises:
            OwltfError: if a layer is unknown, or a shape or the number of blobs does not fit.
        """
        for name in params:
            if name not in self.layer_params:
                hint = did_you_mean(name, self.layer_params)
                raise OwltfError(f"net '{self.name}' has no layer '{name}' with parameters: {hint}")
        for name, arrays in params.items():
            self._set_layer(name, [np.asarray(array, np.float32) for array in arrays])

    def _set_layer(self, name: str, arrays: Sequence[np.ndarray]) -> None:
        have = [param.shape for param in self.layer_params[name]]
        got = [array.shape for array in arrays]
        if have != got:
            raise OwltfError(f"layer '{name}' has parameters of shapes {have}, got {got}")
        for param, array in zip(self.layer_params[name], arrays, strict=True):
            param.set(array)

    @cached_property
    def layers(self) -> tuple[NetLayer, ...]:
        """The layers in Caffe's order, each as a function of its bottoms."""
        return tuple(self._layers())

    def _layers(self) -> Iterator[NetLayer]:
        losses = [loss for loss in self.losses if loss.has_gradient]
        weights = {(loss.layer, loss.top): loss.weight for loss in losses}
        effects = {effect.layer for effect in self.effects}
        blobs: dict[str, Blob] = {}
        for layer in self.graph.layers:
            tops, bottoms = self.layer_tops[layer.name], layer.parameter.bottom
            yield NetLayer(
                name=layer.name,
                bottoms=tuple(blobs[name] for name in bottoms),
                tops=tops,
                has_names=bool(layer.parameter.top),
                loss_weights=tuple(weights.get((layer.name, top.name), 0.0) for top in tops),
                params=tuple(self.layer_params.get(layer.name, ())),
                any_input=self._anything,
                is_fed=not bottoms and any(top.name in self.input_blobs for top in tops),
                is_effect=layer.name in effects,
            )
            blobs.update(zip(layer.parameter.top, tops, strict=False))

    @property
    def _anything(self) -> Any:
        return next((blob.tensor for blob in self.input_blobs.values()), self.any_input)

    def pass_errors(self) -> AbstractContextManager[None]:
        """Return a context in which what a library raises in a pass is told in one line."""
        data = [source.layer for source in self.sources]
        return pass_errors(f"net '{self.name}'", self.owners, data)
