"""The Caffe layer that a converter builds, with the methods it builds it by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import keras

from owltf.caffe.net.graph import GraphLayer
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.keras_names import KerasNames
from owltf.convert.params import ParamBlob
from owltf.convert.sharing import Key, WeightSharing
from owltf.errors import OwltfError


class UnsupportedLayerError(OwltfError):
    """A layer asks for something that owltf cannot do (yet)."""


@dataclass
class Layer:
    """One layer of a Caffe net while it is converted to Keras.

    Attributes:
        name: Caffe's name of the layer.
        parameter: its `LayerParameter`.
        where: file and line, for errors.
        context: what its net is built with.
        names: names for the Keras layers of this net.
        any_input: returns the tensor of any input, for a layer without bottoms: Keras computes only
            what an input leads to.
        weights: the layer's parameter blobs.
        inputs: the blobs made by `input`.
    """

    name: str
    parameter: Any
    where: str
    context: NetContext
    names: KerasNames
    any_input: Callable[[], Any] = partial(keras.Input, batch_shape=())
    weights: WeightSharing = field(init=False)
    inputs: list[Blob] = field(default_factory=list)

    @classmethod
    def of(cls, layer: GraphLayer, context: NetContext, names: KerasNames) -> Layer:
        """Return a layer of a graph.

        Args:
            layer: the layer.
            context: what its net is built with.
            names: names for the Keras layers of its net.
        """
        return cls(layer.name, layer.parameter, layer.where, context, names)

    def __post_init__(self) -> None:
        context = self.context
        filler = None if self.name in context.loaded else context.filler(self.name, self.error)
        self.weights = WeightSharing(self.error, self._shared_by, (), context.shared, filler)

    @property
    def type(self) -> str:
        """Caffe's type of the layer."""
        return str(self.parameter.type)

    @property
    def title(self) -> str:
        """The layer in words, for errors: `ReLU layer 'relu1' (net.prototxt:12)`."""
        return f"{self.type} layer '{self.name}' ({self.where})"

    @property
    def tops(self) -> Sequence[str]:
        """The names of the tops."""
        return tuple(self.parameter.top)

    @property
    def phase(self) -> str:
        """What the net is for, "TRAIN" or "TEST"."""
        return self.context.phase

    def find_file(self, path: str) -> Path:
        """Return an existing file or folder that the layer names."""
        return self.context.find_file(path)

    def _shared_by(self, index: int) -> Key:
        """Return the key of a shared blob; a TEST net finds the TRAIN net's by the layer's name."""
        own = (self.name, index)
        if self.phase == "TEST" and own in self.context.shared.blobs:
            return own
        return param_key(self.name, self.parameter, index)

    def keras(
        self,
        layer_class: Any,
        *,
        fillers: Sequence[Any] = (),
        constants: Sequence[str] = (),
        part: str = "",
        **config: Any,
    ) -> Any:
        """Return a Keras layer for this layer; the nets of the other phase get the same one.

        Args:
            layer_class: a Keras layer's class.
            fillers: the `FillerParameter` of each parameter blob, in order.
            constants: the names of weights that are not parameter blobs: no update changes them,
                and no weights file holds them.
            part: a word for the name, where one Caffe layer makes several Keras layers.
            **config: the class's arguments.
        """
        self.weights.fillers = fillers or self.weights.fillers
        self.weights.constants.update(constants)
        name, shared = self._keras_name(part), self.context.shared
        layer = shared.layer((self.name, part), layer_class, config, name)
        self.weights.use(layer)
        return layer.made

    def _keras_name(self, part: str) -> str:
        return self.names.helper(self.name, part) if part else self.names.own(self.name)

    def input(self, blob: str, shape: Sequence[int]) -> Blob:
        """Return a new input of the net as a blob.

        Args:
            blob: its name.
            shape: its shape in Caffe's order; the batch is left open.
        """
        opened = (None, *shape[1:]) if shape else ()
        tensor = keras.Input(batch_shape=opened, name=self.names.own(blob), dtype="float32")
        self.inputs.append(Blob(blob, tensor, shape[0] if shape else None, self.names))
        return self.inputs[-1]

    def error(self, message: str) -> OwltfError:
        """Return an error that names this layer, its file and line."""
        return OwltfError(f"{self.title}: {message}")

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for a field that cannot be honoured, in the prototxt's own words."""
        return UnsupportedLayerError(f"{self.title}: {what} is not supported")

    def axis(self, bottom: Blob, axis: int) -> int:
        """Return one of Caffe's axes counted from the front.

        Raises:
            OwltfError: if the bottom has no such axis.
        """
        try:
            return bottom.canonical(axis)
        except IndexError as error:
            raise self.error(f"{error} (bottom '{bottom.name}': {bottom.shape})") from None


def param_spec(parameter: Any, index: int) -> Any | None:
    """Return the `param { ... }` of a layer's blob, or None."""
    return parameter.param[index] if index < len(parameter.param) else None


def param_key(name: str, parameter: Any, index: int) -> Key:
    """Return the key by which layers share a blob: its own name, or its layer and position."""
    spec = param_spec(parameter, index)
    return str(spec.name) if spec is not None and spec.name else (name, index)


__all__ = ["Layer", "ParamBlob", "UnsupportedLayerError", "param_key", "param_spec"]
