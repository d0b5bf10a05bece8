"""The base class of layer converters: how one Caffe layer type is built in Keras."""

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

    A subclass names the type and its parameter blobs, and builds the tops from the bottoms:

        class ReLU(LayerConverter):
            caffe_type = "ReLU"

            def build(self, layer, bottom):
                return bottom.map(layer.keras(keras.layers.ReLU))

    A method `onnx(self, node)` beside `build` writes a layer as operations of ONNX; see `OnnxNode`.
    The other attributes and methods tell exports and tools about the type; their defaults are right
    for most layers.

    Attributes:
        caffe_type: the `type` in a prototxt.
        params: the layer's parameter blobs in Caffe's order; the first is blob 0.
        bottoms: the fewest and the most bottoms; None for any number.
        tops: the same for tops.
        is_loss: whether training minimises the first top, with weight 1 unless `loss_weight` says
            otherwise. An exported net ends in the layer's first bottom instead.
        served_as: the type of the layer that an exported net has in place of this loss, such as
            "Softmax". It takes the first bottom and the loss's messages but `loss_param`.
        is_judge: whether the layer only measures or records its bottoms, as Accuracy does. An
            exported net ends in its first bottom instead.
        passes_on: whether each top equals the bottom except in training, as for Dropout.
        gives_probabilities: whether the top holds a probability for each class along axis 1; for a
            loss with `class_scores`, whether the softmax of these does.
        is_collected: whether a test keeps the tops of all batches, for `figures` to say what they
            mean together, in place of their mean. Their rows may differ from batch to batch.
        gives_boxes: whether the first top holds detections: rows of the number of the image,
            label, score, xmin, ymin, xmax and ymax, these in parts of the image.
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
    is_collected: ClassVar[bool] = False
    gives_boxes: ClassVar[bool] = False
    runs_user_code: ClassVar[bool] = False

    def fits(self, parameter: Any) -> bool:
        """Return whether a layer of the type is meant for this converter.

        It is asked where other plugins, or owltf itself, convert the type as well: forks of Caffe
        gave one type to different layers, which their fields, bottoms and tops tell apart.

        Args:
            parameter: the `LayerParameter`. Where plugins share a field's name, its message has the
                fields of all of them; `HasField` tells which are given.
        """
        return True

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs of one layer: `params`, unless its fields change them."""
        return self.params

    def check(self, layer: Layer) -> None:  # noqa: B027
        """Refuse a layer whose fields ask for something that owltf cannot do.

        It is called for every layer of a net before any is built, so that the user sees all
        refusals at once.

        Raises:
            UnsupportedLayerError: by `layer.unsupported(...)`.
        """

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return why a field that is given changes nothing, by the field's name; owltf says so.

        That is for fields which the layer's fork reads, or has read, without an effect.

        Args:
            parameter: the `LayerParameter`.
        """
        return {}

    @abstractmethod
    def build(self, layer: Layer, *bottoms: Blob) -> Blob | Sequence[Blob]:
        """Return the layer's tops, made from its bottoms.

        Args:
            layer: the layer, with the methods that make Keras layers and errors.
            *bottoms: its inputs.

        Raises:
            OwltfError: by `layer.unsupported(...)` or `layer.error(...)`, before anything is built.
        """

    def class_scores(self, parameter: Any) -> tuple[int, int | None] | None:
        """Return where the first bottom has class scores, if the second holds their true labels.

        Args:
            parameter: the `LayerParameter`.

        Returns:
            The axis of the classes, and the label to ignore or None; None if the layer does not
            compare scores with labels.
        """
        return None

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return whether a net with this layer can compute only the batch size of its prototxt.

        That is so if the first axis is time, or if weights lie along it.

        Args:
            parameter: the `LayerParameter`.
            rank: how many axes the first top has.
        """
        return False

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> Mapping[int, int]:
        """Return which bottoms hold whole numbers that count from 0, and how many they count.

        Args:
            parameter: the `LayerParameter`.
            shapes: the bottoms' shapes.

        Returns:
            The count by the bottom's index: its numbers must stay below it.
        """
        return {}

    def figures(
        self, parameter: Any, tops: Sequence[np.ndarray], solver: Any | None
    ) -> Mapping[str, float]:
        """Return what a test tells of a layer that `is_collected`.

        Args:
            parameter: the `LayerParameter`.
            tops: its first top of all batches; some may be joined, along the rows.
            solver: the `SolverParameter` of the test, if there is one.

        Returns:
            Numbers by what is added to the top's name; "" for the one that has that name alone.
        """
        return {}

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the factor and term of each channel, if factor x bottom + term is all it computes.

        A net that is not trained then leaves the layer out, if the one before can `absorb` them.

        Args:
            parameter: the `LayerParameter`; the layer has one bottom.
            blobs: its parameter blobs.

        Returns:
            Two arrays (C,), or (1,) for one number that holds for all; None if the layer computes
            something else when tested.
        """
        return None

    def absorb(
        self, parameter: Any, blobs: Sequence[np.ndarray], factor: np.ndarray, term: np.ndarray
    ) -> Sequence[np.ndarray] | None:
        """Return parameter blobs with which the layer computes factor x top + term.

        Args:
            parameter: the `LayerParameter`; changed if the new blobs need it, as a bias does.
            blobs: the parameter blobs.
            factor: one for each channel of the top, float64.
            term: one for each channel of the top, float64.

        Returns:
            All its blobs, or None if that cannot be done; the parameter is then unchanged.
        """
        return None


class _Unknown(LayerConverter):
    """Stands for types without a converter, such as data layers, with every default."""

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Refuse to build anything.

        Raises:
            OwltfError: always.
        """
        raise layer.error("no converter has its type")


def converter_of(parameter: Any, registry: Registry) -> LayerConverter:
    """Return the converter that takes a layer; for a data layer, one with every default.

    Args:
        parameter: the `LayerParameter`.
        registry: what plugins bring.

    Raises:
        OwltfError: if several plugins convert its type, and its fields do not tell which is meant.
    """
    found: LayerConverter = registry.converter(parameter) or _Unknown()
    return found
