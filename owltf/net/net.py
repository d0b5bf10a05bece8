"""A built net, used by Caffe's names: blobs, layers and parameters over one Keras model."""

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
from owltf.keras_internals import model_between, run_in_order_made
from owltf.net.channels_last import taking_channels_last
from owltf.net.fit import compile_model, fit_weights
from owltf.net.folded_layer import NetPart
from owltf.net.folding import Folding
from owltf.net.forward import Forward
from owltf.net.input_arrays import InputArrays
from owltf.net.joining import joined
from owltf.net.net_layer import NetLayer
from owltf.net.no_inputs import ModelWithoutInputs
from owltf.net.open_images import FixedSizeError, with_open_images
from owltf.net.own_data import OwnData
from owltf.net.pass_errors import pass_errors
from owltf.net.segment import Segment, layers_between
from owltf.net.segment_blobs import SegmentBlobs
from owltf.net.source import Source
from owltf.net.summary import LayerSummary, short, summary
from owltf.net.weights_version import WeightsVersion


@dataclass(frozen=True)
class Loss:
    """A top that is added to the number which training minimises.

    Attributes:
        layer: the layer's name.
        top: the blob's name; the layer's name where the prototxt names no top.
        tensor: the Keras tensor of the sum of its values.
        weight: its `loss_weight`.
        has_gradient: whether it sends a gradient back; `consumed_losses` says which do not.
    """

    layer: str
    top: str
    tensor: Any
    weight: float
    has_gradient: bool = True


@dataclass(frozen=True)
class Effect:
    """The work of a layer without tops, such as HDF5Output, which writes a file.

    Attributes:
        layer: the layer's name.
        tensor: a Keras tensor; to compute it is to do that work.
    """

    layer: str
    tensor: Any


@dataclass(frozen=True, repr=False)
class Net:
    """A Caffe net on Keras, which takes and returns arrays in Caffe's order (N, C, H, W).

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

    @property
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

    @cached_property
    def model(self) -> Any:
        """The net as a `keras.Model` from a dict of inputs to a dict of outputs.

        The batch is open; so are height and width if every layer computes on images of any size.
        """
        return self.open_model_of(self.outputs)

    def open_model_of(self, blobs: Iterable[str]) -> Any:
        """Return a `keras.Model` like `model`, to a dict of the named blobs."""
        model = self.model_of(blobs)
        try:
            return with_open_images(model) if self.any_input is None else model
        except FixedSizeError:
            return model

    def compile(self, optimizer: Any = "sgd", **options: Any) -> Any:
        """Make `model` ready for Keras's `fit`, which then minimises the net's own losses.

            net.compile(keras.optimizers.SGD(0.01)).fit({"data": x, "label": y}, batch_size=64)

        All weights learn alike: Keras knows no `lr_mult`, and no `weight_decay` of a solver.

        Args:
            optimizer: an optimizer of Keras's, by name or as an object.
            **options: more arguments of `keras.Model.compile`.

        Returns:
            The model.

        Raises:
            OwltfError: if the net has no loss, or a loss is none of its outputs.
        """
        weights = fit_weights(self.name, self.phase, self.losses, self.outputs)
        return compile_model(self.model, weights, optimizer, options)

    @cached_property
    def loss_model(self) -> Any:
        """The outputs, the tensors of `losses` and those of `effects`, as one `keras.Model`.

        It takes the batches of `owltf.net.batches`.
        """
        return self._loss_model[0]

    @property
    def channels_last(self) -> frozenset[str]:
        """The tops of data layers that `loss_model` takes as (N, H, W, C)."""
        return self._loss_model[1]

    @cached_property
    def _loss_model(self) -> tuple[Any, frozenset[str]]:
        model = self.model_of_batches(self._loss_tensors)
        if not self.sources or self.sizes_vary or self.context.recompute:
            return model, frozenset()
        return taking_channels_last(model, self.sources)

    def prepared(self) -> Net:
        """Return the net with its `loss_model` made; within replicas Keras could not make it."""
        assert self.loss_model is not None
        return self

    @property
    def _loss_tensors(self) -> Any:
        losses = [loss.tensor for loss in self.losses]
        return self.caffe_tensors(self.outputs), losses, self._effects

    def model_of_batches(self, outputs: Any) -> Any:
        """Return a `keras.Model` like `model_of_tensors`, for the batches of the data layers.

        Those may be of any height and width, where `sizes_vary`.
        """
        model = self._answering_model(outputs)
        return with_open_images(model) if self.sizes_vary else model

    def pass_errors(self) -> AbstractContextManager[None]:
        """Return a context in which what a library raises in a pass is told in one line."""
        data = [source.layer for source in self.sources]
        return pass_errors(f"net '{self.name}'", self.owners, data)

    @property
    def sizes_vary(self) -> bool:
        """Whether a data layer's images may be of another size in each batch."""
        return any(source.layer.takes_any_size for source in self.sources)

    def of_any_size(self, tensors: Mapping[str, Any]) -> set[str]:
        """Return the names of those of the net's tensors whose size may be another in each batch.

        Args:
            tensors: Keras tensors of the net by name.
        """
        made = self.model_of_batches(dict(tensors)).output if self.sizes_vary else tensors
        return {name for name, tensor in made.items() if None in tensor.shape[1:]}

    def size_notes(self) -> list[str]:
        """Return a sentence on each output that a test may have no mean of."""
        varying = self.of_any_size(self.caffe_tensors(self.outputs)) if self.sizes_vary else ()
        return [
            f"Output '{name}' is of its image's size: a test gives its mean only if all are alike"
            for name in self.outputs
            if name in varying
        ]

    def tell_sizes(self) -> None:
        """Tell data layers whose images may vary whether the net's layers take any size."""
        varying = [source.layer for source in self.sources if source.layer.may_vary]
        if varying:
            reason = self._one_size()
            for layer in varying:
                layer.one_size = reason

    def _one_size(self) -> str | None:
        """Return which layer takes images of one size alone, and what to do, or None."""
        try:
            with_open_images(self.model_of_tensors(self._loss_tensors))
        except FixedSizeError as error:
            return (
                f"{self.owners[error.layer]} is for images of one size: give transform_param a "
                "crop_size, or resize the images to one size"
            )
        return None

    @property
    def _effects(self) -> list[Any]:
        return [effect.tensor for effect in self.effects]

    def model_of(self, blobs: Iterable[str]) -> Any:
        """Return a `keras.Model` from the inputs to the named blobs, in Caffe's order."""
        return self.model_of_tensors(self.caffe_tensors(blobs))

    def model_of_tensors(self, outputs: Any) -> Any:
        """Return a `keras.Model` from the inputs to a structure of the net's Keras tensors.

        Its layers run in the order of the file, as Caffe's do.
        """
        if self.any_input is not None and not self.input_blobs:
            model = model_between(self.any_input, outputs, name="net")
            return ModelWithoutInputs(run_in_order_made(model))
        return self._functional(outputs)

    def _functional(self, outputs: Any) -> Any:
        inputs = {name: blob.tensor for name, blob in self.input_blobs.items()}
        return run_in_order_made(model_between(inputs, outputs, name="net"))

    def _answering_model(self, outputs: Any) -> Any:
        """Return a model like `model_of_tensors`, with layers joined, or folded into others.

        They are folded if the context says so; then their weights must be made right by `refresh`
        before each pass.
        """
        if not self.input_blobs:
            return self.model_of_tensors(outputs)
        if self.folding is None:
            return joined(self._functional(outputs), outputs)
        return self.folding.applied(self._functional(outputs), outputs)

    @cached_property
    def folding(self) -> Folding | None:
        """What folds layers into others for a model that answers; None if none are to be."""
        if not self.context.optimize or not self.input_blobs:
            return None
        pairs = zip(self.layers, self.graph.layers, strict=True)
        parts = [NetPart(layer, of_graph, self.context) for layer, of_graph in pairs]
        return Folding(parts, self.owners)

    @cached_property
    def _version(self) -> WeightsVersion:
        return WeightsVersion([param.variable for param in self.params], self.folding)

    def refresh(self) -> int:
        """Bring the weights of folded layers up to date, where parameters were changed.

        Returns:
            A number that is another one after each change of a parameter; 0 for a net that answers
            in one form alone, which nothing has to be told.
        """
        return self._version() if self.context.optimize or self.context.autotune else 0

    def caffe_tensors(self, blobs: Iterable[str]) -> dict[str, Any]:
        """Return the Keras tensors of blobs, in Caffe's order, by name."""
        return {name: self.blob(name).to_caffe().tensor for name in blobs}

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

    def forward(
        self, arrays: Mapping[str, Any] | None = None, blobs: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        """Run the net once.

        As in Caffe, a data layer whose tops are not given fills them with its next batch, and
        recurrent layers go on from the pass before where their markers say so.

        Args:
            arrays: the inputs by blob name, in Caffe's order: any batch, and any height and width
                if every layer computes on images of any size.
            blobs: the blobs wanted; the net's outputs unless given.

        Returns:
            The blobs by name, as Caffe's memory holds them at the end of the pass.

        Raises:
            OwltfError: if an input is missing or of another shape, a blob is unknown, or a layer
                refuses a value, such as a label without a class.
        """
        given = arrays or {}
        fed = {**self._own_data.next_batch(given), **given}
        return self._forward(fed, self.outputs if blobs is None else blobs)

    def batches(self) -> Iterator[dict[str, np.ndarray]]:
        """Return an endless iterator over the batches of the net's own data layers.

        Each call starts at the record that a run from scratch starts at, and leaves alone which
        batch `forward` takes next.

        Returns:
            An iterator of dicts with the tops of all data layers by name, in Caffe's order.

        Raises:
            OwltfError: if the net has no data layers, or its data cannot be read.
        """
        return OwnData(self.sources).batches()

    def set_input_arrays(self, data: Any, labels: Any, layer: str | None = None) -> None:
        """Give a MemoryData layer its records, as pycaffe does; the next batch is their first.

        Args:
            data: float (N, C, H, W); N is a multiple of the layer's batch_size.
            labels: float (N,).
            layer: the layer's name; the net's one MemoryData layer unless given.

        Raises:
            OwltfError: if the net has no such layer, or the arrays do not fit it.
        """
        self._own_data.set_arrays(data, labels, layer)

    @cached_property
    def _own_data(self) -> OwnData:
        return OwnData(self.sources)

    @cached_property
    def _forward(self) -> Forward:
        return Forward(
            inputs=InputArrays(
                f"net '{self.name}'", {name: blob.shape for name, blob in self.input_blobs.items()}
            ),
            owners=self.owners,
            model_of=self._model_with_effects,
            training=self.phase == "TRAIN",
            autotune=self.context.autotune,
            refresh=self.refresh,
            by_engine=self._by_engine,
        )

    def _by_engine(self, blobs: Sequence[str]) -> Any:
        other = self.context.other_engine
        for name in blobs:
            self.blob(name)
        return None if other is None else other(self, blobs)

    def _model_with_effects(self, blobs: Iterable[str]) -> Any:
        """Return a model that computes blobs by name and the effects of layers without tops."""
        return self._answering_model((self.caffe_tensors(blobs), self._effects))

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

    def segment(self, first: str | None = None, last: str | None = None) -> Segment:
        """Return consecutive layers as one function of the blobs that they take.

        It computes what Caffe's ForwardFromTo and BackwardFromTo do, on the net's own parameters.

        Args:
            first: the first layer's name; the net's first unless given.
            last: the last layer's name, which belongs to it; the net's last unless given.

        Raises:
            OwltfError: if there is no such layer, or the last comes before the first.
        """
        layers = layers_between(self.layers, first, last)
        name = f"the segment of net '{self.name}' from '{layers[0].name}' to '{layers[-1].name}'"
        return Segment(name, SegmentBlobs(layers), training=self.phase == "TRAIN")
