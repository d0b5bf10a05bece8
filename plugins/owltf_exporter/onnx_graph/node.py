"""One layer on its way into an ONNX graph: what its converter's `onnx` method is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf.api import UnsupportedLayerError, keras_name
from owltf_exporter.onnx_graph.graph import Graph, Shape


@dataclass(frozen=True)
class Node:
    """One layer; `owltf.api.OnnxNode` says what each member is for.

    Attributes:
        graph: the graph.
        layer: the net's layer.
        bottoms: the names of what it takes.
        tops: the names of what it makes.
        blobs: its parameter blobs, in Caffe's shapes.
    """

    graph: Graph
    layer: Any
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    blobs: tuple[np.ndarray, ...]

    @property
    def parameter(self) -> Any:
        """The `LayerParameter`."""
        return self.layer.parameter

    @property
    def x(self) -> str:
        """The first bottom."""
        return self.bottoms[0]

    @property
    def top(self) -> str:
        """The first top."""
        return self.tops[0]

    @property
    def shape(self) -> Shape:
        """The first bottom's shape in Caffe's order."""
        return self.shape_of(self.x)

    @property
    def top_shape(self) -> Shape:
        """The first top's shape in Caffe's order."""
        return self.shape_of(self.top)

    @property
    def config(self) -> dict[str, Any]:
        """The arguments of the layer's Keras layer."""
        return dict(self.keras().get_config())

    def keras(self, part: str = "") -> Any:
        """Return the layer's Keras layer; `part` is the word that tells several apart."""
        name = keras_name(self.layer.name)
        return self.graph.model.get_layer(f"{name}.{part}" if part else name)

    def shape_of(self, blob: str) -> Shape:
        """Return the shape of a bottom or top in Caffe's order."""
        return self.graph.shapes[blob]

    def axis(self, axis: int) -> int:
        """Return an axis of the first bottom counted from the front."""
        return axis % len(self.shape)

    def add(
        self, kind: str, *inputs: str, part: str = "", top: str | None = None, **options: Any
    ) -> str:
        """Add an operation and return the name of what it gives.

        Args:
            kind: ONNX's operation.
            *inputs: what it takes.
            part: a word for what is not yet the layer's top.
            top: the name of what it gives; the first top unless given.
            **options: its attributes.
        """
        name = f"{self.top}:{part}" if part else top or self.top
        self.graph.add(kind, inputs, [name], **options)
        return name

    def add_several(self, kind: str, *inputs: str, tops: Sequence[str], **options: Any) -> None:
        """Add an operation that gives several blobs, under these names."""
        self.graph.add(kind, inputs, tops, **options)

    def reshape(
        self, blob: str, sizes: Sequence[int], *, part: str = "", top: str | None = None
    ) -> str:
        """Add a Reshape and return the name of what it gives.

        Args:
            blob: what is reshaped.
            sizes: the new sizes; one may be -1, and 0 keeps the size of the same axis.
            part: a word for what is not yet the layer's top.
            top: the name of what it gives; the first top unless given.
        """
        shape = self.constant(f"shape_of_{part or top or self.top}", list(sizes), np.int64)
        return self.add("Reshape", blob, shape, part=part, top=top)

    def constant(self, part: str, values: Any, dtype: Any = np.float32) -> str:
        """Add numbers, or one number, and return their name."""
        return self.graph.constant(f"{self.layer.name}:{part}", np.asarray(values, dtype))

    def weights(self) -> list[str]:
        """Add the layer's parameter blobs and return their names."""
        return [self.constant(f"blob{index}", blob) for index, blob in enumerate(self.blobs)]

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for a field that ONNX has no form of."""
        return UnsupportedLayerError(f"layer '{self.layer.name}': {what}")
