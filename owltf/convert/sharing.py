"""Keras layers and variables that nets and layers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from owltf.convert.params import ParamBlob
from owltf.convert.transposed_variable import laid_out_as
from owltf.errors import OwltfError
from owltf.runtime.copy import contiguous

Key = str | tuple[str, int]
Fill = Callable[[tuple[int, ...]], np.ndarray]


@dataclass
class SharedLayers:
    """What the TRAIN and the TEST nets of one solver have in common.

    A layer of the same name, class and configuration is one Keras layer in all nets. Where the
    configuration differs (a dilation, a dropout ratio) the variables alone are shared, as are those
    of layers joined by `param { name: ... }`.
    """

    _layers: dict[tuple[str, str], tuple[type, dict[str, Any], Any]] = field(default_factory=dict)
    variables: dict[Key, Any] = field(default_factory=dict)
    layouts: dict[Key, ParamBlob] = field(default_factory=dict)

    def layer(
        self, key: tuple[str, str], layer_class: type, config: dict[str, Any], name: str
    ) -> Any:
        """Return the Keras layer of that key, a new one where class or configuration differ."""
        known = self._layers.get(key)
        if known is not None and known[:2] == (layer_class, config):
            return known[2]
        made = layer_class(name=name, **config)
        self._layers.setdefault(key, (layer_class, config, made))
        return made


@dataclass
class WeightSharing:
    """The parameter blobs of one layer: where their variables are, and how they start.

    Attributes:
        say: turns a message into the layer's error.
        keys: what each blob is shared by.
        blobs: each blob's order of axes.
        shared: the variables known so far.
        filler: turns a `FillerParameter` and a blob's index into a function that fills it; None
            where the weights come from a file, so that they start as zeros.
    """

    say: Callable[[str], OwltfError]
    keys: Sequence[Key]
    blobs: Sequence[ParamBlob]
    shared: SharedLayers
    filler: Callable[[Any, int], Fill] | None

    def attach(self, keras_layer: Any, fillers: Sequence[Any]) -> None:
        """Let the weights that a Keras layer adds be shared and filled as Caffe's are."""
        if not keras_layer.built and self.blobs:
            original = keras_layer.add_weight
            keras_layer.add_weight = partial(self._add_weight, original, fillers)

    def detach(self, keras_layer: Any) -> None:
        """Give the Keras layer its own way to add weights back."""
        keras_layer.__dict__.pop("add_weight", None)

    def _add_weight(
        self, original: Callable[..., Any], fillers: Sequence[Any], *args: Any, **kwargs: Any
    ) -> Any:
        index = self._index(kwargs.get("name"))
        if index is None:
            return original(*args, **kwargs)
        known = self.shared.variables.get(self.keys[index])
        if known is not None:
            known = laid_out_as(known, self.layout(index), self.blobs[index])
            return self._checked(index, known, tuple(kwargs["shape"]))
        if index < len(fillers):
            kwargs["initializer"] = self._initializer(fillers[index], index)
        variable = original(*args, **kwargs)
        self.shared.variables[self.keys[index]] = variable
        self.shared.layouts[self.keys[index]] = self.blobs[index]
        return variable

    def layout(self, index: int) -> ParamBlob:
        """Return how a blob's variable lies: as in the layer that made it."""
        return self.shared.layouts.get(self.keys[index], self.blobs[index])

    def _index(self, name: str | None) -> int | None:
        return next((i for i, blob in enumerate(self.blobs) if blob.name == name), None)

    def _checked(self, index: int, known: Any, wanted: tuple[int, ...]) -> Any:
        if tuple(known.shape) == wanted:
            return known
        blob = self.blobs[index]
        raise self.say(
            f"parameter {index} of shape {blob.caffe_shape(wanted)} cannot share "
            f"{self.keys[index]!r}, which has shape {blob.caffe_shape(tuple(known.shape))}"
        )

    def _initializer(self, parameter: Any, index: int) -> Callable[..., Any] | str:
        if self.filler is None:
            return "zeros"
        fill, blob = self.filler(parameter, index), self.blobs[index]

        def initializer(shape: Sequence[int], dtype: Any = None) -> np.ndarray:
            caffe = fill(blob.caffe_shape(tuple(shape)))
            return contiguous(blob.to_keras(caffe))

        return initializer

    def name_by_layer(self, layer: str, index: int) -> None:
        """Let nets that are built later find a blob by its layer, whatever its own name is."""
        self.shared.variables.setdefault((layer, index), self.variable(index))
        self.shared.layouts.setdefault((layer, index), self.layout(index))

    def present(self) -> list[int]:
        """Return the positions of the blobs that the layer has: a bias may be left out."""
        return [index for index in range(len(self.blobs)) if self.variable(index) is not None]

    def variable(self, index: int) -> Any | None:
        """Return a blob's variable; None where the layer does not have that blob."""
        return self.shared.variables.get(self.keys[index])
