"""Collects the operations and weights of an ONNX graph, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from owltf.api import Net, UnsupportedLayerError, converter_of, has_open_batch

Shape = tuple[int, ...]
# OpenCV and every onnxruntime of the last years can read these versions.
OPSET, IR_VERSION = 13, 8
_BATCH = "N"


@dataclass
class Graph:
    """An ONNX graph that is being written.

    Attributes:
        net: the net that is written.
        model: its Keras model.
        nodes: the graph's nodes so far.
        constants: its weights and other constants.
        now: the name in the graph of each blob as the last layer so far left it.
        shapes: Caffe's shape by name.
        outputs: the blobs that the graph computes; the net's outputs unless given.
        inputs: those that it takes; the net's inputs unless given.
        is_open: whether the net takes batches of any size.
    """

    net: Net
    model: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    now: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    outputs: Sequence[str] = ()
    inputs: Sequence[str] | None = None
    is_open: bool = field(init=False)
    _writers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.is_open = has_open_batch(self.net)
        self.outputs = self.outputs or self.net.outputs
        self.inputs = self.net.inputs if self.inputs is None else self.inputs
        registry = self.net.context.registry
        self._writers = {
            top: layer.name
            for layer in self.net.graph.layers
            if not converter_of(layer.parameter, registry).passes_on
            for top in layer.parameter.top
        }

    def name_tops(self, layer: Any) -> list[str]:
        """Return the names of a layer's tops: the blob's own name if it is the last to write it.

        Raises:
            UnsupportedLayerError: if an input of the net is changed in place and is also an output.
        """
        names = []
        for blob, top in zip(layer.parameter.top, self.net.layer_tops[layer.name], strict=True):
            name = blob if self._gives_its_name(layer, blob) else f"{blob}:{layer.name}"
            self.now[blob], self.shapes[name] = name, top.shape
            names.append(name)
        return names

    def _gives_its_name(self, layer: Any, blob: str) -> bool:
        if blob not in self.net.inputs:
            return bool(self._writers.get(blob) == layer.name)
        # An input has its name from the start, and ONNX wants each name to be written only once.
        if layer.parameter.bottom and blob in self.outputs:
            raise UnsupportedLayerError(
                f"layer '{layer.name}': the input '{blob}' changed in place is an output too"
            )
        return not layer.parameter.bottom

    def pass_on(self, layer: Any) -> None:
        """Give the tops of a layer the name of its bottom, which they equal."""
        bottom = self.now[layer.parameter.bottom[0]]
        for top in layer.parameter.top:
            self.now[top] = bottom
            if top in self.outputs and top != bottom:
                self.add("Identity", [bottom], [top])

    def add(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **options: Any) -> None:
        """Add an operation, named after its first output."""
        attributes = {name: _attribute(value) for name, value in options.items()}
        self.nodes.append(
            helper.make_node(kind, list(inputs), list(outputs), name=outputs[0], **attributes)
        )

    def constant(self, name: str, values: Any) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def finish(self) -> Any:
        """Return the graph as an ONNX model."""
        graph = helper.make_graph(
            self.nodes,
            self.net.name or "net",
            [self._value(name) for name in self.inputs or ()],
            [self._value(name) for name in self.outputs],
            self.constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(
            graph, producer_name="owltf", ir_version=IR_VERSION, opset_imports=opset
        )

    def _value(self, name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, self._open_shape(name))

    def _open_shape(self, name: str) -> list[int | str]:
        """Return a blob's shape, its batch open if the net can compute any batch."""
        shape: list[int | str] = list(self.net.blob_shapes[name])
        if self.is_open and self.net.blobs[name].tensor.shape[:1] == (None,):
            first = self.net.blob_shapes[self.net.inputs[0]][0]
            # Blobs with more or fewer rows than the inputs get another name for their first axis.
            shape[0] = _BATCH if shape[0] == first else f"{_BATCH}_{name}"
        return shape


def _attribute(value: Any) -> Any:
    """Return an attribute's value; a NumPy type stands for ONNX's number of it."""
    return helper.np_dtype_to_tensor_dtype(np.dtype(value)) if isinstance(value, type) else value
