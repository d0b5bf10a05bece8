"""The Keras models between the tensors of a built net."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from owltf.keras_internals import model_between, run_in_order_made
from owltf.net.channels_last import taking_channels_last
from owltf.net.folded_layer import NetPart
from owltf.net.folding import Folding
from owltf.net.joining import joined
from owltf.net.net_blobs import NetBlobs
from owltf.net.no_inputs import ModelWithoutInputs
from owltf.net.open_images import FixedSizeError, with_open_images
from owltf.net.weights_version import WeightsVersion


class NetModels(NetBlobs):
    """A net's models: one to use as any other of Keras's, one to train, and those that answer."""

    @cached_property
    def model(self) -> Any:
        """The net as a `keras.Model` from a dict of inputs to a dict of outputs.

        The batch is open; so are height and width if every layer computes on images of any size.
        Where losses that name no top are all that the net computes, they are the outputs.
        """
        if self.outputs:
            return self.open_model_of(self.outputs)
        return self._opened(self.model_of_tensors({each.top: each.tensor for each in self.losses}))

    def open_model_of(self, blobs: Iterable[str]) -> Any:
        """Return a `keras.Model` like `model`, to a dict of the named blobs."""
        return self._opened(self.model_of(blobs))

    def _opened(self, model: Any) -> Any:
        try:
            return with_open_images(model) if self.any_input is None else model
        except FixedSizeError:
            return model

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

    @property
    def _loss_tensors(self) -> Any:
        losses = [loss.tensor for loss in self.losses]
        return self.caffe_tensors(self.outputs), losses, self._effects

    @property
    def _effects(self) -> list[Any]:
        return [effect.tensor for effect in self.effects]

    def model_of_batches(self, outputs: Any) -> Any:
        """Return a `keras.Model` like `model_of_tensors`, for the batches of the data layers.

        Those may be of any height and width, where `sizes_vary`.
        """
        model = self._answering_model(outputs)
        return with_open_images(model) if self.sizes_vary else model

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
