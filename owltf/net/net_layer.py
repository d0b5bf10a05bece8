"""Runs one layer of a built net by itself, as a function of its bottoms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.params import Param
from owltf.keras_internals import model_between


@dataclass(frozen=True)
class NetLayer:
    """A layer of a built net, with what is needed to run it by itself.

    Attributes:
        name: Caffe's name of it.
        bottoms: the blobs that it takes, as the layers before it left them.
        tops: the blobs that it makes, before in-place layers change them.
        has_names: whether the prototxt names the tops; that of a loss may be left out.
        loss_weights: the weight of each top in what is differentiated.
        params: its parameter blobs.
        any_input: an input of the net, to which Keras must attach a layer without bottoms.
        is_fed: whether its tops come from outside, as those of data layers do.
        is_effect: whether it has no tops and is run for its work, as HDF5Output is.
    """

    name: str
    bottoms: tuple[Blob, ...]
    tops: tuple[Blob, ...]
    has_names: bool
    loss_weights: tuple[float, ...]
    params: tuple[Param, ...]
    any_input: Any
    is_fed: bool
    is_effect: bool

    @property
    def named_tops(self) -> tuple[Blob, ...]:
        """The tops that other layers can take."""
        return self.tops if self.has_names else ()

    def __call__(self, bottoms: Sequence[Any], *, training: bool) -> list[Any]:
        """Return the values of the tops, each in the layout of its blob.

        Args:
            bottoms: the values of the bottoms, each in the layout of its blob.
            training: whether the layer behaves as in training.
        """
        names = [id(blob.tensor) for blob in self.bottoms]
        values = dict(zip(names, bottoms, strict=True))
        values.update(zip(self._made, self._compute(values, training), strict=True))
        # A layer may pass a bottom on under another name; each blob has a gradient of its own.
        return [tf.identity(values[id(top.tensor)]) for top in self.tops]

    def _compute(self, values: dict[int, Any], training: bool) -> list[Any]:
        if not self._made:
            return []
        # Without bottoms it takes an input whose value does not matter.
        given = [values[name] for name in self._taken] if self.bottoms else [_zeros(self.any_input)]
        made: list[Any] = tf.nest.flatten(self._model(given, training=training))
        return made

    @cached_property
    def _taken(self) -> dict[int, Any]:
        """The Keras tensors of the bottoms, each once."""
        tensors = [blob.tensor for blob in self.bottoms] or [self.any_input]
        return {id(tensor): tensor for tensor in tensors}

    @cached_property
    def _made(self) -> dict[int, Any]:
        """The Keras tensors of the tops that are not those of bottoms, each once."""
        tensors = {id(top.tensor): top.tensor for top in self.tops}
        return {name: tensor for name, tensor in tensors.items() if name not in self._taken}

    @cached_property
    def _model(self) -> Any:
        return model_between(list(self._taken.values()), list(self._made.values()))


def _zeros(tensor: Any) -> Any:
    """Return zeros of a Keras tensor's shape, with 1 for each open axis."""
    return tf.zeros([1 if size is None else size for size in tensor.shape], tensor.dtype)
