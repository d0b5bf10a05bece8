"""What turns one Caffe layer type into Keras, and what is known of the type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.registry.registry import Registry


class LayerConverter(ABC):
    """Converts the layers of one Caffe type.

    A subclass names the type and its parameter blobs, and builds the Keras part from the bottoms:

        class ReLU(LayerConverter):
            caffe_type = "ReLU"

            def build(self, layer, bottom):
                return bottom.map(layer.keras(keras.layers.ReLU))

    A method `onnx(self, node)` beside `build` writes a layer as ONNX's operations; `OnnxNode` is
    what it is given. What else a subclass says of its type serves exports and tools; what it leaves
    out holds of most layers.

    Attributes:
        caffe_type: the `type` in a prototxt.
        params: the layer's parameter blobs in Caffe's order; the first is blob 0.
        bottoms: the fewest and the most bottoms; None for any number.
        tops: the same for tops.
        is_loss: whether the first top counts in the objective with weight 1 unless told otherwise.
            An exported net ends in the layer's first bottom instead.
        served_as: the type of the layer that an exported net has in place of this loss, such as
            "Softmax". It takes the first bottom and the loss's messages but `loss_param`.
        is_judge: whether the layer only judges or records what it is given, as Accuracy does. An
            exported net ends in its first bottom instead.
        passes_on: whether each top is the bottom itself outside of training, as with Dropout.
        gives_probabilities: whether the top holds a probability for each class along axis 1; for a
            loss with `class_scores`, whether the softmax of these does.
        runs_user_code: whether it runs Python code of the user's, which no exported file holds.
    """

    caffe_type: ClassVar[str]
    params: ClassVar[tuple[ParamBlob, ...]] = ()
    bottoms: ClassVar[tuple[int, int | None]] = (1, 1)
    tops: ClassVar[tuple[int, int | None]] = (1, 1)
    is_loss: ClassVar[bool] = False
    served_as: ClassVar[str | None] = None
    is_judge: ClassVar[bool] = False
    passes_on: ClassVar[bool] = False
    gives_probabilities: ClassVar[bool] = False
    runs_user_code: ClassVar[bool] = False

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs of this layer; `params` unless its fields change them."""
        return self.params

    def check(self, layer: Layer) -> None:  # noqa: B027
        """Refuse what the layer's parameters ask for and owltf cannot do.

        It is called for every layer of a net before any is built, so that all refusals are told at
        once.

        Raises:
            UnsupportedLayerError: by `layer.unsupported(...)`.
        """

    @abstractmethod
    def build(self, layer: Layer, *bottoms: Blob) -> Blob | Sequence[Blob]:
        """Return the layer's tops.

        Args:
            layer: the layer's parameters, and what makes Keras layers and errors.
            *bottoms: its inputs.

        Raises:
            OwltfError: by `layer.unsupported(...)` or `layer.error(...)`, before anything is built.
        """

    def class_scores(self, parameter: Any) -> tuple[int, int | None] | None:
        """Say where the first bottom has a score for each class, compared with the second's labels.

        Args:
            parameter: the `LayerParameter`.

        Returns:
            The axis of the classes, and the label that does not count or None; None if the layer
            compares no such things.
        """
        return None

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return whether a net with this layer takes the batch of its prototxt alone.

        So it is where the first axis is time, or weights lie along it.

        Args:
            parameter: the `LayerParameter`.
            rank: how many axes the first top has.
        """
        return False

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> Mapping[int, int]:
        """Return which bottoms hold whole numbers from 0 on, and the number that they stay below.

        Args:
            parameter: the `LayerParameter`.
            shapes: the bottoms' shapes.

        Returns:
            The limits by the bottom's index.
        """
        return {}

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the factor and the term of each channel, if the layer computes no more in tests.

        `owltf export --optimize` folds them into the layer before, if that one can `absorb` them.

        Args:
            parameter: the `LayerParameter`; the layer has one bottom.
            blobs: its parameter blobs.

        Returns:
            Two arrays (C,), or None if it computes something else.
        """
        return None

    def absorb(
        self, parameter: Any, blobs: Sequence[np.ndarray], factor: np.ndarray, term: np.ndarray
    ) -> Sequence[np.ndarray] | None:
        """Return parameter blobs that give the top times a factor, plus a term.

        Args:
            parameter: the `LayerParameter`, which is changed where the new blobs need it.
            blobs: the parameter blobs.
            factor: one for each channel of the top, float64.
            term: one for each channel of the top, float64.

        Returns:
            All blobs anew, or None if no blobs do; then the parameter stays as it is.
        """
        return None


class _Unknown(LayerConverter):
    """What is known of types that no converter has, such as data layers."""

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Refuse to build anything.

        Raises:
            OwltfError: always.
        """
        raise layer.error("no converter has its type")


def converter_of(caffe_type: str, registry: Registry) -> LayerConverter:
    """Return what is known of a layer type; of a data layer, what holds of most layers.

    Args:
        caffe_type: the `type` in a prototxt.
        registry: what plugins bring.
    """
    found: LayerConverter = registry.converters.get(caffe_type) or _Unknown()
    return found
