"""What a converter is given: one layer of the net, and the means to build it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import keras

from owltf.caffe.find_file import find_file
from owltf.convert.blob import Blob
from owltf.convert.keras_names import KerasNames
from owltf.convert.params import ParamBlob
from owltf.convert.sharing import SharedLayers, WeightSharing
from owltf.errors import OwltfError
from owltf.pycaffe.user_code import UserCode


class UnsupportedLayerError(OwltfError):
    """A layer uses what owltf cannot do (yet)."""


@dataclass
class Layer:
    """One layer of a net while it is converted.

    Attributes:
        name: Caffe's name of the layer.
        parameter: its `LayerParameter`.
        where: file and line, for errors.
        phase: "TRAIN" or "TEST".
        seed: what every random draw of the run starts from.
        names: names for the Keras layers of this net.
        shared: Keras layers and variables shared between nets and between layers.
        find_file: finds a file that the layer names.
        any_input: gives a tensor of the net's inputs, for a layer without bottoms: Keras wants each
            layer to hang on one.
        batch_factor: how many batches, each for a device, make one of the net's
            (`--batch-per-gpu`).
        python: the user's code beside the net; None where Python layers are not allowed.
        test_net: which of the solver's test nets it is in, from 0.
        weights: the layer's parameter blobs.
        inputs: the blobs made by `input`.
    """

    name: str
    parameter: Any
    where: str
    phase: str
    seed: int
    names: KerasNames
    shared: SharedLayers
    find_file: Callable[[str], Path] = partial(find_file, beside=None)
    any_input: Callable[[], Any] = partial(keras.Input, batch_shape=())
    batch_factor: int = 1
    python: UserCode | None = None
    test_net: int = 0
    weights: WeightSharing = field(init=False)
    inputs: list[Blob] = field(default_factory=list)
    _made: list[Any] = field(default_factory=list)

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
    def is_train(self) -> bool:
        """Whether the net is built for training."""
        return self.phase == "TRAIN"

    def keras(
        self,
        layer_class: Any,
        *,
        fillers: Sequence[Any] = (),
        part: str = "",
        **config: Any,
    ) -> Any:
        """Return the Keras layer named after this one, shared with the other phase's net.

        Args:
            layer_class: a Keras layer's class.
            fillers: the `FillerParameter` of each parameter blob, in order.
            part: a word that tells several Keras layers of one Caffe layer apart.
            **config: the class's arguments.
        """
        made = self.shared.layer((self.name, part), layer_class, config, self._keras_name(part))
        self.weights.attach(made, fillers)
        self._made.append(made)
        return made

    def _keras_name(self, part: str) -> str:
        return self.names.helper(self.name, part) if part else self.names.own(self.name)

    def finish(self) -> None:
        """Leave the Keras layers as plain ones, once they are built."""
        for made in self._made:
            self.weights.detach(made)

    def input(self, blob: str, shape: Sequence[int]) -> Blob:
        """Return a blob that is fed from outside the net.

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


def param_key(name: str, parameter: Any, index: int) -> str | tuple[str, int]:
    """Return what a parameter blob is shared by: its own name, or its layer and position."""
    spec = param_spec(parameter, index)
    return str(spec.name) if spec is not None and spec.name else (name, index)


__all__ = ["Layer", "ParamBlob", "UnsupportedLayerError", "param_key", "param_spec"]
