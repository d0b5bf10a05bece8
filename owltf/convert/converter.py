"""What turns one Caffe layer type into Keras."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob


class LayerConverter(ABC):
    """Converts the layers of one Caffe type.

    A subclass names the type and its parameter blobs, and builds the Keras part from the bottoms:

        class ReLU(LayerConverter):
            caffe_type = "ReLU"

            def build(self, layer, bottom):
                return bottom.map(layer.keras(keras.layers.ReLU))

    Attributes:
        caffe_type: the `type` in a prototxt.
        params: the layer's parameter blobs in Caffe's order; the first is blob 0.
        bottoms: the fewest and the most bottoms; None for any number.
        tops: the same for tops.
        is_loss: whether the first top counts in the objective with weight 1 unless told otherwise.
    """

    caffe_type: ClassVar[str]
    params: ClassVar[tuple[ParamBlob, ...]] = ()
    bottoms: ClassVar[tuple[int, int | None]] = (1, 1)
    tops: ClassVar[tuple[int, int | None]] = (1, 1)
    is_loss: ClassVar[bool] = False

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
