"""Builds a net from a graph of Caffe layers, by their converters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.converter import LayerConverter, converter_of
from owltf.convert.keras_names import KerasNames
from owltf.convert.layer import Layer
from owltf.convert.params import Param
from owltf.data.data_context import DataContext
from owltf.errors import OwltfError
from owltf.net.caffe_rules import check_in_place, check_params, same_name_notes
from owltf.net.consumed_losses import consumed_loss_notes, consumed_losses
from owltf.net.convert_layer import check_sizes, convert_layer
from owltf.net.effect import Effect
from owltf.net.effectless_fields import effectless_notes
from owltf.net.in_place import in_place_notes
from owltf.net.loss import Loss
from owltf.net.lr_mult import Multipliers
from owltf.net.net import Net
from owltf.net.objective import objective_term
from owltf.net.source import Source
from owltf.net.stop_gradient import stop_gradients
from owltf.net.unsupported import unsupported_layers
from owltf.runtime.precision import set_tensor_float32
from owltf.runtime.variable_uses import uses


def build_net(graph: Graph, context: NetContext) -> Net:
    """Return the net that a graph describes, with its Keras model.

    Args:
        graph: the layers.
        context: the net's phase, seed and known layer types.

    Raises:
        OwltfError: if a layer is unknown or unsupported (all such layers are listed), or if the
            layers do not fit together.
    """
    reasons = list(unsupported_layers(graph, context))
    if reasons:
        raise OwltfError("; ".join(reasons))
    check_in_place(graph)
    set_tensor_float32(context.precision)
    return _Builder(graph, context).build()


@dataclass
class _Builder:
    """Converts a graph's layers in order and collects their blobs, losses and parameters."""

    graph: Graph
    context: NetContext
    blobs: dict[str, Blob] = field(default_factory=dict)
    inputs: dict[str, Blob] = field(default_factory=dict)
    layer_tops: dict[str, tuple[Blob, ...]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    with_params: list[Layer] = field(default_factory=list)
    multipliers: Multipliers = field(default_factory=Multipliers)
    any_input: Any = None
    names: KerasNames = field(init=False)
    consumed: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        layers = self.graph.layers
        self.consumed = consumed_losses(self.graph, self.context)
        self.names = KerasNames(
            {name for each in layers for name in (each.name, *each.parameter.top)}
        )

    def build(self) -> Net:
        # Inputs and data layers are built first: Keras must attach a layer without bottoms to some
        # input tensor, even one the file lists later.
        fed = self._feed()
        for graph_layer in sorted(self.graph.layers, key=self._takes_blobs):
            if graph_layer.name in fed:
                self._keep_inputs(graph_layer, fed[graph_layer.name])
            elif graph_layer.type in self.context.registry.data_layers:
                self._add_source(graph_layer)
            else:
                self._add_layer(graph_layer)
        params = {layer.name: self._params(layer) for layer in self.with_params}
        net = Net(
            graph=self.graph,
            context=self.context,
            blobs=self.blobs,
            input_blobs=self.inputs,
            layer_tops=self.layer_tops,
            losses=tuple(self.losses),
            effects=tuple(self.effects),
            sources=tuple(self.sources),
            layer_params=params,
            owners=self.names.owners,
            any_input=self.any_input,
            notes=self._notes(params),
        )
        net.tell_sizes()
        return net

    def _notes(self, params: Mapping[str, Sequence[Param]]) -> tuple[str, ...]:
        in_place = in_place_notes(self.graph, self.context)
        names = same_name_notes(self.graph, params)
        fields = effectless_notes(self.graph, self.context)
        return (*consumed_loss_notes(self.consumed), *in_place, *names, *fields)

    def _takes_blobs(self, graph_layer: GraphLayer) -> bool:
        converter = self.context.registry.converter(graph_layer.parameter)
        return converter is not None and (converter.bottoms != (0, 0) or bool(converter.params))

    def _any_input(self) -> Any:
        """Return the tensor of any input; a net without inputs gets one that it feeds by itself."""
        for blob in self.inputs.values():
            return blob.tensor
        if self.any_input is None:
            self.any_input = keras.Input(batch_shape=(), name=self.names.helper("net", "any_input"))
        return self.any_input

    def _add_source(self, graph_layer: GraphLayer) -> None:
        parameter, context = graph_layer.parameter, self.context
        kind = context.registry.data_layers[graph_layer.type]
        given = DataContext(parameter, graph_layer.where, context)
        given.check_transform(kind.transform_fields)
        data_layer = kind(given)
        self.sources.append(Source(graph_layer.name, tuple(parameter.top), data_layer))
        self._keep_inputs(graph_layer, dict(zip(parameter.top, data_layer.top_shapes, strict=True)))

    def _feed(self) -> dict[str, dict[str, Any]]:
        """Add a source of given data; return its tops' shapes for each layer it stands for."""
        given = self.context.given_data
        if given is None:
            return {}
        layers = given.layers(self.graph, self.context)
        data_layer = given.layer(layers, self.context)
        tops = tuple(data_layer.context.parameter.top)
        self.sources.append(Source(layers[0].name, tops, data_layer))
        shapes = dict(zip(tops, data_layer.top_shapes, strict=True))
        return {layer.name: shapes for layer in layers}

    def _keep_inputs(self, graph_layer: GraphLayer, shapes: Mapping[str, Any]) -> None:
        layer = Layer.of(graph_layer, self.context, self.names)
        check_params(layer, 0)
        tops = [layer.input(top, shapes[top]) for top in graph_layer.parameter.top]
        check_sizes(layer, tops)
        self._keep(layer, tops)

    def _add_layer(self, graph_layer: GraphLayer) -> None:
        converter = converter_of(graph_layer.parameter, self.context.registry)
        layer = Layer.of(graph_layer, self.context, self.names)
        layer.any_input, self.names.owner = self._any_input, layer.title
        bottoms = [self.blobs[name] for name in graph_layer.parameter.bottom]
        if not self.graph.source.parameter.force_backward:
            bottoms = stop_gradients(layer, bottoms)
        self._keep(layer, convert_layer(converter, layer, bottoms))
        if not converter.runs_user_code:
            check_params(layer, len(layer.weights.held))
        self._keep_params(layer)
        self._keep_losses(converter, layer)

    def _keep(self, layer: Layer, tops: Sequence[Blob]) -> None:
        names = layer.tops or tuple(layer.name for _ in tops)
        named = tuple(replace(blob, name=name) for name, blob in zip(names, tops, strict=True))
        self.layer_tops[layer.name] = named
        # A top that was left out counts in the objective, but no layer can take it.
        self.blobs.update((blob.name, blob) for blob in named if layer.tops)
        self.inputs.update((blob.name, blob) for blob in layer.inputs)

    def _keep_params(self, layer: Layer) -> None:
        for index in layer.weights.present():
            self.multipliers.add(layer, index)
        if self.context.phase == "TRAIN":
            layer.weights.name_by_layer(layer.name)
        if layer.weights.held:
            self.with_params.append(layer)

    def _params(self, layer: Layer) -> list[Param]:
        return [self._param(layer, index) for index in layer.weights.present()]

    def _param(self, layer: Layer, index: int) -> Param:
        key, held = layer.weights.key(index), layer.weights.held[index]
        uses.count(held.variable)
        return Param(
            layer=layer.name,
            index=index,
            blob=held.blob,
            variable=held.variable,
            lr_mult=self.multipliers.of(key, "lr_mult"),
            decay_mult=self.multipliers.of(key, "decay_mult"),
        )

    def _keep_losses(self, converter: LayerConverter, layer: Layer) -> None:
        tops = self.layer_tops[layer.name]
        for blob, weight in zip(tops, _loss_weights(converter, layer, len(tops)), strict=True):
            if weight:
                has_gradient = layer.name not in self.consumed
                term = objective_term(blob, has_gradient=has_gradient)
                self.losses.append(Loss(layer.name, blob.name, term, weight, has_gradient))
            elif not layer.tops:
                self.effects.append(Effect(layer.name, blob.tensor))


def _loss_weights(converter: LayerConverter, layer: Layer, count: int) -> Sequence[float]:
    given = list(layer.parameter.loss_weight)
    if given and len(given) != count:
        raise layer.error(f"loss_weight must be given for each of {count} tops, got {len(given)}")
    return given or [1.0 if converter.is_loss and index == 0 else 0.0 for index in range(count)]
