"""Graph: an ONNX graph while the layers of a net are put into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from owltf.api import Net, keras_name
from owltf_exporter.deploy.open_batch import has_open_batch

Shape = tuple[int, ...]
# They are read by OpenCV and by every onnxruntime of the last years.
OPSET, IR_VERSION = 13, 8
_BATCH = "N"
# They give what they are given.
PASSING = ("Dropout", "Split", "Silence")


@dataclass
class Graph:
    """An ONNX graph.

    Attributes:
        net: the net that is written.
        model: its Keras model.
        nodes: the graph's nodes so far.
        constants: its weights and other constants.
        now: the name of each blob as the last layer left it.
        shapes: Caffe's shape by name.
        is_open: whether the net takes batches of any size.
    """

    net: Net
    model: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    now: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    is_open: bool = field(init=False)
    _writers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.is_open = has_open_batch(self.net)
        self._writers = {
            top: layer.name
            for layer in self.net.graph.layers
            if layer.type not in PASSING
            for top in layer.parameter.top
        }

    def add_input(self, blob: str) -> None:
        """Let a blob be fed."""
        self.now[blob] = blob
        self.shapes[blob] = self.net.blob_shapes[blob]

    def name_tops(self, layer: Any) -> list[str]:
        """Return the names of what a layer makes: the blob's own for the last layer that does."""
        names = []
        for blob, made in zip(layer.parameter.top, self.net.layer_tops[layer.name], strict=True):
            is_last = self._writers.get(blob) == layer.name
            name = blob if is_last else f"{blob}:{layer.name}"
            self.now[blob], self.shapes[name] = name, made.shape
            names.append(name)
        return names

    def pass_on(self, layer: Any) -> None:
        """Let the tops of a layer be its bottom."""
        bottom = self.now[layer.parameter.bottom[0]]
        for top in layer.parameter.top:
            self.now[top] = bottom
            if top in self.net.outputs and top != bottom:
                self.node("Identity", [bottom], [top])

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **options: Any
    ) -> None:
        """Add a node, named after what it gives first."""
        made = helper.make_node(kind, list(inputs), list(outputs), name=outputs[0], **options)
        self.nodes.append(made)

    def constant(self, name: str, values: Any) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def finish(self) -> Any:
        """Return the whole as an ONNX model."""
        graph = helper.make_graph(
            self.nodes,
            self.net.name or "net",
            [self._value(name) for name in self.net.inputs],
            [self._value(name) for name in self.net.outputs],
            self.constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(
            graph, producer_name="owltf", ir_version=IR_VERSION, opset_imports=opset
        )

    def _value(self, name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, self._open_shape(name))

    def _open_shape(self, name: str) -> list[int | str]:
        """Return a blob's shape with its batch open, if the net takes any."""
        shape: list[int | str] = list(self.net.blob_shapes[name])
        if self.is_open and self.net.blobs[name].tensor.shape[:1] == (None,):
            first = self.net.blob_shapes[self.net.inputs[0]][0]
            # Blobs of more or fewer rows than the inputs have an axis of their own.
            shape[0] = _BATCH if shape[0] == first else f"{_BATCH}_{name}"
        return shape


@dataclass(frozen=True)
class Step:
    """One layer on its way into a graph.

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
        return self.graph.shapes[self.x]

    @property
    def top_shape(self) -> Shape:
        """The first top's shape in Caffe's order."""
        return self.graph.shapes[self.top]

    @property
    def config(self) -> dict[str, Any]:
        """The arguments of the layer's Keras layer."""
        return dict(self.keras().get_config())

    def keras(self, part: str = "") -> Any:
        """Return the layer's Keras layer; `part` is the word that tells several apart."""
        name = keras_name(self.layer.name)
        return self.graph.model.get_layer(f"{name}.{part}" if part else name)

    def axis(self, axis: int) -> int:
        """Return an axis of the first bottom counted from the front."""
        return axis % len(self.shape)

    def add(
        self, kind: str, *inputs: str, part: str = "", top: str | None = None, **options: Any
    ) -> str:
        """Add a node and return the name of what it gives.

        Args:
            kind: ONNX's operation.
            *inputs: what it takes.
            part: a word for what is not yet the layer's top.
            top: the name of what it gives; the first top unless given.
            **options: its attributes.
        """
        name = f"{self.top}:{part}" if part else top or self.top
        self.graph.node(kind, inputs, [name], **options)
        return name

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
        """Add a constant of the layer and return its name."""
        return self.graph.constant(f"{self.layer.name}:{part}", np.asarray(values, dtype))

    def number(self, part: str, value: float) -> str:
        """Add a number and return its name."""
        return self.constant(part, value)

    def weights(self) -> Iterator[str]:
        """Add the layer's parameter blobs and yield their names."""
        for index, blob in enumerate(self.blobs):
            yield self.constant(f"blob{index}", blob)
