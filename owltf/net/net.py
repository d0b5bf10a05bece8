"""A built net, used by Caffe's names: blobs, layers and parameters over one Keras model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from owltf.net.fit import compile_model, fit_weights
from owltf.net.forward import Forward
from owltf.net.input_arrays import InputArrays
from owltf.net.net_models import NetModels
from owltf.net.own_data import OwnData
from owltf.net.segment import Segment, layers_between
from owltf.net.segment_blobs import SegmentBlobs


class Net(NetModels):
    """A Caffe net on Keras, which takes and returns arrays in Caffe's order (N, C, H, W)."""

    def prepared(self) -> Net:
        """Return the net with its `loss_model` made; within replicas Keras could not make it."""
        assert self.loss_model is not None
        return self

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
        if self.sources:
            given = {**self._own_data.next_batch(given), **given}
        return self._forward(given, self.outputs if blobs is None else blobs)

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
