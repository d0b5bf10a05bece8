"""Builds the Keras model of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.converter import LayerConverter
from owltf.convert.keras_names import KerasNames
from owltf.convert.layer import Layer, UnsupportedLayerError, param_key
from owltf.convert.params import Param
from owltf.convert.sharing import Key, WeightSharing
from owltf.data.data_layer import DataContext
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.net.lr_mult import Multipliers
from owltf.net.net import Effect, Loss, Net, Source
from owltf.net.objective import objective_term
from owltf.net.stop_gradient import stop_gradients

_NOT_YET = frozenset({"ImageData", "MemoryData", "WindowData"})


def build_net(graph: Graph, context: NetContext) -> Net:
    """Return the net of a graph.

    Raises:
        OwltfError: if a layer is unknown or unsupported (all such layers are listed), or if the
            layers do not fit together.
    """
    reasons = list(unsupported_layers(graph, context))
    if reasons:
        raise OwltfError("; ".join(reasons))
    return _Builder(graph, context).build()


def unsupported_layers(graph: Graph, context: NetContext) -> Iterator[str]:
    """Yield a sentence for each layer of a graph that cannot be built."""
    for graph_layer in graph.layers:
        reason = unsupported_reason(graph_layer, context)
        if reason:
            yield reason


def unsupported_reason(graph_layer: GraphLayer, context: NetContext) -> str | None:
    """Return why a layer's type or parameters cannot be built, or None."""
    known = {*context.registry.converters, *context.registry.data_layers}
    if graph_layer.type in _NOT_YET - known:
        return (
            f"layer '{graph_layer.name}' ({graph_layer.where}): owltf does not read "
            f"{graph_layer.type} layers yet; put the images into an LMDB, for a Data layer"
        )
    if graph_layer.type not in known:
        return (
            f"layer '{graph_layer.name}' ({graph_layer.where}): unknown layer type "
            f"'{graph_layer.type}': {did_you_mean(graph_layer.type, known)}"
        )
    converter = context.registry.converters.get(graph_layer.type)
    if converter is None:
        return None
    try:
        converter.check(_layer(graph_layer, converter, context, KerasNames(())))
    except UnsupportedLayerError as error:
        return str(error)
    return None


def _layer(
    graph_layer: GraphLayer, converter: LayerConverter, context: NetContext, names: KerasNames
) -> Layer:
    layer = _bare_layer(graph_layer, context, names)
    blobs = converter.param_blobs(layer)
    filler = None if layer.name in context.loaded else context.filler(layer.name, layer.error)
    keys = [_shared_key(layer, index) for index in range(len(blobs))]
    layer.weights = WeightSharing(layer.error, keys, blobs, context.shared, filler)
    return layer


def _shared_key(layer: Layer, index: int) -> Key:
    """Return what a blob is shared by: a TEST net has the TRAIN net's by the layer's name."""
    own = (layer.name, index)
    if layer.phase == "TEST" and own in layer.shared.variables:
        return own
    return param_key(layer.name, layer.parameter, index)


def _bare_layer(graph_layer: GraphLayer, context: NetContext, names: KerasNames) -> Layer:
    return Layer(
        name=graph_layer.name,
        parameter=graph_layer.parameter,
        where=graph_layer.where,
        phase=context.phase,
        seed=context.seed,
        names=names,
        shared=context.shared,
        find_file=context.find_file,
        batch_factor=context.batch_factor,
        python=context.python,
        test_net=context.test_net,
    )


@dataclass
class _Builder:
    """Walks a graph's layers in order and keeps what they make."""

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

    def __post_init__(self) -> None:
        layers = self.graph.layers
        self.names = KerasNames(
            {name for each in layers for name in (each.name, *each.parameter.top)}
        )

    def build(self) -> Net:
        # A layer without bottoms hangs on an input, wherever that stands in the file.
        for graph_layer in sorted(self.graph.layers, key=self._takes_blobs):
            if graph_layer.type in self.context.registry.data_layers:
                self._add_source(graph_layer)
            else:
                self._add_layer(graph_layer)
        return Net(
            graph=self.graph,
            context=self.context,
            blobs=self.blobs,
            input_blobs=self.inputs,
            layer_tops=self.layer_tops,
            losses=tuple(self.losses),
            effects=tuple(self.effects),
            sources=tuple(self.sources),
            layer_params={layer.name: self._params(layer) for layer in self.with_params},
            owners=self.names.owners,
            any_input=self.any_input,
        )

    def _takes_blobs(self, graph_layer: GraphLayer) -> bool:
        converter = self.context.registry.converters.get(graph_layer.type)
        return converter is not None and (converter.bottoms != (0, 0) or bool(converter.params))

    def _any_input(self) -> Any:
        """Return a tensor of an input; a net without inputs gets one that it feeds by itself."""
        for blob in self.inputs.values():
            return blob.tensor
        if self.any_input is None:
            self.any_input = keras.Input(batch_shape=(), name=self.names.helper("net", "any_input"))
        return self.any_input

    def _add_source(self, graph_layer: GraphLayer) -> None:
        parameter, context = graph_layer.parameter, self.context
        data_layer = context.registry.data_layers[graph_layer.type](
            DataContext(
                parameter=parameter,
                phase=context.phase,
                where=graph_layer.where,
                find_file=context.find_file,
                schema=context.registry.schema,
                seed=context.seed,
                batch_factor=context.batch_factor,
                fillers=context.registry.fillers,
            )
        )
        self.sources.append(Source(graph_layer.name, tuple(parameter.top), data_layer))
        layer = _bare_layer(graph_layer, context, self.names)
        shapes = zip(parameter.top, data_layer.top_shapes, strict=True)
        self._keep(layer, [layer.input(top, shape) for top, shape in shapes])

    def _add_layer(self, graph_layer: GraphLayer) -> None:
        converter = self.context.registry.converters[graph_layer.type]
        layer = _layer(graph_layer, converter, self.context, self.names)
        layer.any_input, self.names.owner = self._any_input, layer.title
        bottoms = stop_gradients(layer, [self.blobs[name] for name in graph_layer.parameter.bottom])
        tops = self._convert(converter, layer, bottoms)
        self._keep(layer, tops)
        self._keep_params(layer)
        self._keep_losses(converter, layer)

    def _convert(
        self, converter: LayerConverter, layer: Layer, bottoms: Sequence[Blob]
    ) -> list[Blob]:
        _check_count(layer, "bottom", len(bottoms), converter.bottoms)
        _check_count(layer, "top", _count_tops(converter, layer), converter.tops)
        try:
            made = converter.build(layer, *bottoms)
        except ValueError as error:
            raise layer.error(_mismatch(layer, bottoms, error)) from error
        layer.finish()
        return [made] if isinstance(made, Blob) else list(made)

    def _keep(self, layer: Layer, tops: Sequence[Blob]) -> None:
        names = layer.tops or tuple(layer.name for _ in tops)
        named = tuple(replace(blob, name=name) for name, blob in zip(names, tops, strict=True))
        self.layer_tops[layer.name] = named
        # A top that was left out counts in the objective, but no layer can take it.
        self.blobs.update((blob.name, blob) for blob in named if layer.tops)
        self.inputs.update((blob.name, blob) for blob in layer.inputs)

    def _keep_params(self, layer: Layer) -> None:
        found = layer.weights.present()
        for index in found:
            self.multipliers.add(layer, index)
            if self.context.phase == "TRAIN":
                layer.weights.name_by_layer(layer.name, index)
        if found:
            self.with_params.append(layer)

    def _params(self, layer: Layer) -> list[Param]:
        return [self._param(layer, index) for index in layer.weights.present()]

    def _param(self, layer: Layer, index: int) -> Param:
        key = layer.weights.keys[index]
        return Param(
            layer=layer.name,
            index=index,
            blob=layer.weights.layout(index),
            variable=layer.weights.variable(index),
            lr_mult=self.multipliers.of(key, "lr_mult"),
            decay_mult=self.multipliers.of(key, "decay_mult"),
        )

    def _keep_losses(self, converter: LayerConverter, layer: Layer) -> None:
        tops = self.layer_tops[layer.name]
        for blob, weight in zip(tops, _loss_weights(converter, layer, len(tops)), strict=True):
            if weight:
                self.losses.append(Loss(layer.name, blob.name, objective_term(blob), weight))
            elif not layer.tops:
                self.effects.append(Effect(layer.name, blob.tensor))


def _mismatch(layer: Layer, bottoms: Sequence[Blob], error: Exception) -> str:
    """Say what Keras's own checks of shapes found; its first line names it."""
    shapes = ", ".join(f"'{each.name}' {each.shape}" for each in bottoms)
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    variables = map(layer.weights.variable, range(len(layer.weights.blobs)))
    made = [
        str(blob.caffe_shape(tuple(variable.shape)))
        for blob, variable in zip(layer.weights.blobs, variables, strict=True)
        if variable is not None
    ]
    weights = f" with the weights it has in another net, {' and '.join(made)}" if made else ""
    return f"cannot be built on {shapes}{weights}: {reason}"


def _count_tops(converter: LayerConverter, layer: Layer) -> int:
    # A loss may leave its top out; Caffe then makes one.
    return max(len(layer.tops), converter.tops[0] if converter.is_loss else 0)


def _check_count(layer: Layer, what: str, count: int, limits: tuple[int, int | None]) -> None:
    least, most = limits
    if count >= least and (most is None or count <= most):
        return
    wanted = f"{least}" if least == most else f"at least {least}"
    if most is not None and most != least:
        wanted = f"{least} to {most}"
    raise layer.error(f"takes {wanted} {what}{'' if wanted == '1' else 's'}, got {count}")


def _loss_weights(converter: LayerConverter, layer: Layer, count: int) -> Sequence[float]:
    given = list(layer.parameter.loss_weight)
    if given and len(given) != count:
        raise layer.error(f"loss_weight must be given for each of {count} tops, got {len(given)}")
    return given or [1.0 if converter.is_loss and index == 0 else 0.0 for index in range(count)]
