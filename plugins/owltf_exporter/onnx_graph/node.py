"""A layer that is being written to ONNX, as its converter's `onnx` method receives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf.api import UnsupportedLayerError, keras_name
from owltf_exporter.onnx_graph.graph import Graph, Shape


@dataclass(frozen=True)
class Node:
    """A layer that is being written to ONNX; `owltf.api.OnnxNode` describes its methods.

    Attributes:
        graph: the graph.
        layer: the net's layer.
        bottoms: the names of its bottoms in the graph.
        tops: the names that its tops get in the graph.
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
        """The name of the first bottom."""
        return self.bottoms[0]

    @property
    def top(self) -> str:
        """The name of the first top."""
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
        """Return the layer's Keras layer; `part` is as in `layer.keras(...)`."""
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
        """Add an operation and return the name of its result.

        Args:
            kind: the operation's name in ONNX.
            *inputs: the names of its inputs.
            part: a word for the result's name, where that is not yet a top of the layer.
            top: the result's name; the first top unless given.
            **options: its attributes.
        """
        name = f"{self.top}:{part}" if part else top or self.top
        self.graph.add(kind, inputs, [name], **options)
        return name

    def add_several(self, kind: str, *inputs: str, tops: Sequence[str], **options: Any) -> None:
        """Add an operation with several results, which get these names."""
        self.graph.add(kind, inputs, tops, **options)

    def reshape(
        self, blob: str, sizes: Sequence[int], *, part: str = "", top: str | None = None
    ) -> str:
        """Add a Reshape and return the name of its result.

        Args:
            blob: the name of its input.
            sizes: the new sizes; one may be -1, and 0 keeps the size of the same axis.
            part: a word for the result's name, where that is not yet a top of the layer.
            top: the result's name; the first top unless given.
        """
        shape = self.constant(f"shape_of_{part or top or self.top}", list(sizes), np.int64)
        return self.add("Reshape", blob, shape, part=part, top=top)

    def constant(self, part: str, values: Any, dtype: Any = np.float32) -> str:
        """Add a constant array or number and return its name."""
        return self.graph.constant(f"{self.layer.name}:{part}", np.asarray(values, dtype))

    def weights(self) -> list[str]:
        """Add the layer's parameter blobs and return their names."""
        return [self.constant(f"blob{index}", blob) for index, blob in enumerate(self.blobs)]

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for a field that ONNX cannot express."""
        return UnsupportedLayerError(f"layer '{self.layer.name}': {what}")
