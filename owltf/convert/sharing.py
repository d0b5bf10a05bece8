"""Shares Keras layers between nets, and variables between layers, as Caffe shares blobs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any

import keras
import numpy as np

from owltf.convert.add_weight import weights_chosen_by
from owltf.convert.params import ParamBlob
from owltf.convert.transposed_variable import TransposedVariable
from owltf.errors import OwltfError
from owltf.keras_internals import track_weight
from owltf.runtime.copy import contiguous

Key = str | tuple[str, int]
Fill = Callable[[tuple[int, ...]], np.ndarray]


@dataclass(frozen=True)
class SharedBlob:
    """A parameter blob that layers may share.

    Attributes:
        variable: the Keras variable of the layer that was built first.
        blob: the order of the variable's axes.
    """

    variable: Any
    blob: ParamBlob

    def axes_in(self, blob: ParamBlob) -> tuple[int, ...]:
        """Return the variable's axis for each axis of a layer that stores it in another order."""
        # Sizes that tell the axes apart show where each goes.
        sizes = tuple(range(2, 2 + len(self.variable.shape)))
        moved = blob.to_keras(self.blob.to_caffe(np.broadcast_to(np.float32(0), sizes))).shape
        return tuple(sizes.index(size) for size in moved)

    def shape_in(self, blob: ParamBlob) -> tuple[int, ...]:
        """Return the variable's shape in a layer that stores it in another order."""
        return tuple(self.variable.shape[axis] for axis in self.axes_in(blob))

    def variable_in(self, blob: ParamBlob, trainable: bool) -> Any:
        """Return a Keras variable over the same memory, with another layer's name and axes."""
        axes, kept = self.axes_in(blob), {"name": blob.name, "trainable": trainable}
        if axes == tuple(range(len(axes))):
            return keras.Variable(self.variable.value, **kept)
        return TransposedVariable(self.variable, axes, **kept)


@dataclass
class SharedLayer:
    """A Keras layer that several nets may have in common.

    Attributes:
        layer_class: its class.
        config: the class's arguments.
        made: the Keras layer.
        held: the parameter blobs of the Caffe layer that it is part of, by index.
    """

    layer_class: type
    config: dict[str, Any]
    made: Any
    held: dict[int, SharedBlob] = field(default_factory=dict)


@dataclass
class SharedLayers:
    """The Keras layers and variables that the nets of one solver share.

    A layer of the same name, class and configuration is one Keras layer in all nets. Where the
    configuration differs (a dilation, a dropout ratio) the variables alone are shared, as are those
    of layers joined by `param { name: ... }`.
    """

    _layers: dict[tuple[str, str], SharedLayer] = field(default_factory=dict)
    blobs: dict[Key, SharedBlob] = field(default_factory=dict)

    def layer(
        self, key: tuple[str, str], layer_class: type, config: dict[str, Any], name: str
    ) -> SharedLayer:
        """Return the Keras layer of a key, or a new one if class or configuration differ."""
        known = self._layers.get(key)
        if known is not None and (known.layer_class, known.config) == (layer_class, config):
            return known
        layer = SharedLayer(layer_class, config, layer_class(name=name, **config))
        self._layers.setdefault(key, layer)
        return layer


@dataclass
class WeightSharing:
    """Gives each parameter blob of one layer its variable: a shared one, or a new filled one.

    Attributes:
        say: turns a message into the layer's error.
        key: returns the key by which layers share a blob, from the blob's index.
        blobs: each blob's name and order of axes in this layer.
        shared: the variables known so far.
        filler: turns a `FillerParameter` and a blob's index into a function that fills it; None
            where the weights come from a file, so that they start as zeros.
        fillers: the `FillerParameter` of each blob.
        constants: names of weights that are not parameter blobs.
        held: the blobs that the layer was built with, by index: a bias may be left out.
    """

    say: Callable[[str], OwltfError]
    key: Callable[[int], Key]
    blobs: Sequence[ParamBlob]
    shared: SharedLayers
    filler: Callable[[Any, int], Fill] | None
    fillers: Sequence[Any] = ()
    constants: set[str] = field(default_factory=set)
    held: dict[int, SharedBlob] = field(default_factory=dict)
    _used: list[SharedLayer] = field(default_factory=list)
    _added: list[str] = field(default_factory=list)

    @contextmanager
    def while_building(self) -> Iterator[None]:
        """Share and fill the weights that Keras layers add inside, as Caffe does.

        Raises:
            OwltfError: if a weight is not a parameter blob, or a parameter blob gets no weight.
        """
        with weights_chosen_by(self._choose):
            yield
        self._check_names()
        for layer in self._used:
            layer.held.update(self.held)

    def use(self, layer: SharedLayer) -> None:
        """Make a Keras layer part of this layer; if it is built already, its blobs are known."""
        self.held.update(layer.held)
        self._used.append(layer)

    def _choose(self, keras_layer: Any, given: dict[str, Any], add: Callable[..., Any]) -> Any:
        name = given.get("name")
        if name in self.constants:
            return add(**given)
        index = next((i for i, blob in enumerate(self.blobs) if blob.name == name), None)
        self._note(name)
        if index is None:
            return add(**given)
        known = self.shared.blobs.get(self.key(index))
        if known is None:
            return self._new(index, given, add)
        return self._known(index, known, keras_layer, given)

    def _note(self, name: str | None) -> None:
        if name in self._added:
            raise self.say(f"adds two weights named '{name}'; each blob needs a name of its own")
        self._added.append(name or "")

    def _new(self, index: int, given: dict[str, Any], add: Callable[..., Any]) -> Any:
        self._check_memory(_shape(given.get("shape")), index)
        if index < len(self.fillers):
            given = {**given, "initializer": self._initializer(self.fillers[index], index)}
        made = SharedBlob(add(**given), self.blobs[index])
        self.held[index] = self.shared.blobs[self.key(index)] = made
        return made.variable

    def _check_memory(self, shape: tuple[int, ...], index: int) -> None:
        """Refuse a blob that cannot fit; the system might end the process instead of refusing."""
        # A filler draws numbers of double precision, and TensorFlow copies them.
        needed, there = 3 * 4 * prod(shape), _memory()
        if needed > there:
            raise self.say(
                f"parameter {index} of shape {self.blobs[index].caffe_shape(shape)} needs "
                f"{needed / 2**30:,.0f} GiB to be made; this machine has "
                f"{there / 2**30:,.0f} GiB of memory"
            )

    def _known(self, index: int, known: SharedBlob, keras_layer: Any, given: dict[str, Any]) -> Any:
        blob = self.blobs[index]
        self._check_shape(index, known, _shape(given.get("shape")))
        # Keras saves a layer's variables in the order in which they are added, each object once.
        # So a layer that shares one with itself, or calls it otherwise, needs an object of its own.
        is_own = any(each.variable is known.variable for each in self.held.values())
        if known.blob == blob and not is_own:
            variable = known.variable
        else:
            variable = known.variable_in(blob, trainable=given.get("trainable", True))
        track_weight(keras_layer, variable)
        self.held[index] = known
        return variable

    def _check_shape(self, index: int, known: SharedBlob, wanted: tuple[int, ...]) -> None:
        blob, shape = self.blobs[index], tuple(known.variable.shape)
        if len(shape) != len(wanted) or known.shape_in(blob) != wanted:
            raise self.say(
                f"parameter {index} of shape {blob.caffe_shape(wanted)} cannot share "
                f"{self.key(index)!r}, which has shape {known.blob.caffe_shape(shape)}"
            )

    def _check_names(self) -> None:
        names = [blob.name for blob in self.blobs]
        # The last blobs may be left out, as a bias is.
        wanted = range(max(self.held, default=0) + 1) if names else ()
        if not (set(wanted) <= self.held.keys() and set(self._added) <= set(names)):
            raise self.say(
                f"each ParamBlob must have the name of a weight that a Keras layer adds; "
                f"ParamBlobs: {_listed(names)}; weights: {_listed(self._added)}"
            )

    def _initializer(self, parameter: Any, index: int) -> Callable[..., Any] | str:
        if self.filler is None:
            return "zeros"
        fill, blob = self.filler(parameter, index), self.blobs[index]

        def initializer(shape: Sequence[int], dtype: Any = None) -> np.ndarray:
            caffe = fill(blob.caffe_shape(tuple(shape)))
            return contiguous(blob.to_keras(caffe))

        return initializer

    def name_by_layer(self, layer: str) -> None:
        """Let nets that are built later find the blobs by the layer's name too."""
        for index, blob in self.held.items():
            self.shared.blobs.setdefault((layer, index), blob)

    def present(self) -> list[int]:
        """Return the indices of the blobs that the layer was built with."""
        return sorted(self.held)


def _memory() -> int:
    """Return the machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _shape(shape: Any) -> tuple[int, ...]:
    """Return the shape of a weight; Keras allows None for a scalar."""
    return () if shape is None else tuple(shape)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" if name else "one without a name" for name in names) or "none"
