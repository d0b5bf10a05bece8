"""LSTMUnit: one step of an LSTM, from gates that other layers compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


def activated(gates: Any) -> tuple[Any, Any]:
    """Return the gates i, f and o side by side, from 0 to 1, and the candidate g, from -1 to 1.

    Args:
        gates: the inputs of the gates, in Caffe's order i, f, o, g along the last axis.
    """
    size = gates.shape[-1] // 4
    return tf.sigmoid(gates[..., : 3 * size]), tf.tanh(gates[..., 3 * size :])


LSTM_UNIT = '''
def lstm_unit(cells, gates, markers):
    """Return the cells and the hidden state after one step; a marker of 0 begins a sequence."""
    i, f, o, g = ops.split(gates, 4, -1)
    cells = ops.sigmoid(f) * markers[..., None] * cells + ops.sigmoid(i) * ops.tanh(g)
    return cells, ops.sigmoid(o) * ops.tanh(cells)
'''


@keras.saving.register_keras_serializable("owltf")
class LSTMStep(keras.layers.Layer):
    """Computes one step of an LSTM from cells (..., H), gates (..., 4H) and markers (...).

    A marker of 0 begins a sequence: the cells before it are replaced by zeros.
    """

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the new cells and the hidden state."""
        cells, gates, markers = inputs
        opened, candidate = activated(gates)
        enter, keep, leave = tf.split(opened, 3, -1)
        kept = keep * tf.stop_gradient(markers)[..., tf.newaxis] * cells
        cells = kept + enter * candidate
        return [cells, leave * tf.tanh(cells)]

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(LSTM_UNIT)
        return f"lstm_unit({', '.join(call.inputs)})"


class LSTMUnit(LayerConverter):
    """One step of an LSTM, from cells (1, N, H), gates (1, N, 4H) and markers (1, N)."""

    caffe_type = "LSTMUnit"
    bottoms = (3, 3)
    tops = (2, 2)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return c and h."""
        cells, gates, markers = bottoms
        time, streams, size = cells.shape if cells.rank == 3 else (0, 0, 0)
        wanted = [(1, streams, size), (1, streams, 4 * size), (1, streams)]
        shapes = [bottom.shape for bottom in bottoms]
        if time != 1 or shapes != wanted:
            raise layer.error(f"takes (1, N, H), (1, N, 4H) and (1, N); got {shapes}")
        tops = layer.keras(LSTMStep)([bottom.to_caffe().tensor for bottom in bottoms])
        return [cells.plain(top, 1) for top in tops]

    def onnx(self, node: OnnxNode) -> None:
        """Write the operations of one step."""
        cells, gates, markers = node.bottoms
        keep = node.reshape(markers, (0, 0, 1), part="keep")
        kept = node.add("Mul", keep, cells, part="kept")
        add_unit(node, kept, gates, *node.tops)

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return that the first axis is time."""
        return True

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the markers are 0 or 1."""
        return {2: 2}


def add_unit(node: OnnxNode, kept: str, gates: str, cells: str, hidden: str) -> None:
    """Add the operations of one LSTM step to an ONNX graph.

    Args:
        node: the layer.
        kept: the name of the cells before the step, zeros where a sequence begins.
        gates: the name of the inputs of the gates i, f, o, g, side by side.
        cells: the name to give the cells after the step.
        hidden: the name to give the hidden state after the step.
    """
    parts = [f"{hidden}:{word}" for word in "ifog"]
    node.add_several("Split", gates, tops=parts, axis=-1)
    enter, forget, leave = (node.add("Sigmoid", part, top=f"{part}:open") for part in parts[:3])
    candidate = node.add("Tanh", parts[3], top=f"{hidden}:candidate")
    old = node.add("Mul", forget, kept, top=f"{hidden}:old")
    new = node.add("Mul", enter, candidate, top=f"{hidden}:new")
    node.add("Add", old, new, top=cells)
    node.add("Mul", leave, node.add("Tanh", cells, top=f"{hidden}:squashed"), top=hidden)
