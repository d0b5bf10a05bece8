"""ArgMax: the places of the greatest values."""

from __future__ import annotations

from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.layers.utility.slice import BEYOND_ALL
from owltf.runtime.graph_checks import check_one_replica

TOP_PLACES = '''
def top_places(x, axis, k):
    """Return where the k greatest values are, the greatest first, of equal ones the last first."""
    order = ops.argsort(-ops.flip(x, axis), axis)
    return ops.cast(x.shape[axis] - 1 - ops.take(order, range(k), axis), "float32")
'''

TOP_VALUES = '''
def top_values(x, axis, k):
    """Return the k greatest values along an axis, the greatest first."""
    return -ops.take(ops.sort(-x, axis), range(k), axis)
'''


@keras.saving.register_keras_serializable("owltf")
class TopPlaces(keras.layers.Layer):
    """Finds the k greatest values along an axis, the greatest first, without a gradient.

    Args:
        axis: the tensor's axis.
        top_k: how many values to find.
        what: "places", "values", or "both" side by side on a new axis in front of `axis`.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, axis: int, top_k: int, what: str, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.top_k, self.what, self.title = axis, top_k, what, title

    def call(self, inputs: Any) -> Any:
        """Return the places, the values, or both."""
        if self.axis == 0:
            check_one_replica(self.title, "an ArgMax along the batch (axis: 0)")
        inputs = tf.stop_gradient(inputs)
        if self.what == "values":
            return self._values(inputs)
        places = self._places(inputs)
        if self.what == "places":
            return places
        return tf.stack([places, self._values(inputs)], self.axis)

    def _places(self, inputs: Any) -> Any:
        # Of equal values Caffe names the last, TensorFlow the first.
        last = tf.shape(inputs)[self.axis] - 1
        backwards = tf.reverse(inputs, [self.axis])
        if self.top_k == 1:
            order = tf.expand_dims(tf.argmax(backwards, self.axis, tf.int32), self.axis)
        else:
            order = self._first(tf.argsort(backwards, self.axis, "DESCENDING"))
        return tf.cast(last - order, inputs.dtype)

    def _values(self, inputs: Any) -> Any:
        if self.top_k == 1:
            return tf.reduce_max(inputs, self.axis, keepdims=True)
        return self._first(tf.sort(inputs, self.axis, "DESCENDING"))

    def _first(self, sorted_values: Any) -> Any:
        return sorted_values[(*(slice(None),) * self.axis, slice(self.top_k))]

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        both = (2,) if self.what == "both" else ()
        shape = tuple(input_shape)
        return (*shape[: self.axis], *both, self.top_k, *shape[self.axis + 1 :])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"axis": self.axis, "top_k": self.top_k, "what": self.what, "title": self.title}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        if self.axis == 0:
            raise call.unsupported("axis: 0")
        if self.what != "both":
            return self._found(call, self.what)
        both = ", ".join(self._found(call, what) for what in ("places", "values"))
        return f"ops.stack([{both}], {self.axis})"

    def _found(self, call: SourceCall, what: str) -> str:
        call.need(TOP_PLACES if what == "places" else TOP_VALUES)
        return f"top_{what}({call.x}, {call.arguments(self.axis, self.top_k)})"


class ArgMax(LayerConverter):
    """The places of the `top_k` greatest values, along `axis` or among all values of an image.

    With `out_max_val` the values instead; or both, if there is no `axis`.
    """

    caffe_type = "ArgMax"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the places as numbers."""
        param = layer.parameter.argmax_param
        if not param.HasField("axis"):
            return _of_all(layer, bottom)
        axis = layer.axis(bottom, param.axis)
        _check_count(layer, param.top_k, bottom.shape[axis])
        what = "values" if param.out_max_val else "places"
        batch = param.top_k if axis == 0 else None
        return bottom.map(_keras(layer, bottom.axis(axis), what), batch=batch)

    def onnx(self, node: OnnxNode) -> None:
        """Write ArgMax and ReduceMax, or TopK for more than one."""
        param = node.parameter.argmax_param
        if param.HasField("axis"):
            best = _values if param.out_max_val else _places
            best(node, node.x, node.axis(param.axis), top=node.top)
            return
        x = node.add("Flatten", node.x, part="flat", axis=1)
        rows = [_places(node, x, 1, part="places")]
        rows += [_values(node, x, 1, part="values")] if param.out_max_val else []
        top = rows[0] if len(rows) == 1 else node.add("Concat", *rows, part="both", axis=1)
        node.reshape(top, (-1, *node.top_shape[1:]))


def _of_all(layer: Layer, bottom: Blob) -> Blob:
    """Return (N, 1, top_k), or (N, 2, top_k) with the values, with axes of size 1 up to 4 axes."""
    param = layer.parameter.argmax_param
    if not bottom.rank:
        raise layer.error(f"finds the greatest values of each sample, but '{bottom.name}' is ()")
    values = bottom.flatten() if bottom.rank > 1 else bottom.reshape((*bottom.shape, 1))
    _check_count(layer, param.top_k, values.shape[1])
    top = values.map(_keras(layer, 1, "both" if param.out_max_val else "places"))
    ones = (1,) * (max(bottom.rank, 3) - 3)
    return top.reshape((top.shape[0], 2 if param.out_max_val else 1, param.top_k, *ones))


def _keras(layer: Layer, axis: int, what: str) -> Any:
    top_k = layer.parameter.argmax_param.top_k
    return layer.keras(TopPlaces, axis=axis, top_k=top_k, what=what, title=layer.title)


def _check_count(layer: Layer, top_k: int, count: int) -> None:
    if not 1 <= top_k <= count:
        raise layer.error(f"top_k must be from 1 to {count}, the number of values; got {top_k}")


def _places(node: OnnxNode, x: str, axis: int, **name: Any) -> str:
    """Add operations that compute the places of the greatest values; return their name."""
    top_k = node.parameter.argmax_param.top_k
    if top_k == 1:
        # Of equal values Caffe names the last.
        options: dict[str, Any] = {"axis": axis, "keepdims": 1, "select_last_index": 1}
        return node.add(
            "Cast", node.add("ArgMax", x, part="first", **options), **name, to=np.float32
        )
    count = prod(node.shape[1:]) if x != node.x else node.shape[axis]
    parts: dict[str, Any] = {"from": [-1], "to": [-BEYOND_ALL], "along": [axis], "by": [-1]}
    names = [node.constant(part, values, np.int64) for part, values in parts.items()]
    backwards = node.add("Slice", x, *names, part="backwards")
    order = node.add("Cast", _top_k(node, backwards, axis)[1], part="order", to=np.float32)
    return node.add("Sub", node.constant("last", count - 1), order, **name)


def _values(node: OnnxNode, x: str, axis: int, **name: Any) -> str:
    """Add operations that compute the greatest values; return their name."""
    if node.parameter.argmax_param.top_k == 1:
        return node.add("ReduceMax", x, **name, axes=[axis], keepdims=1)
    return node.add("Identity", _top_k(node, x, axis)[0], **name)


def _top_k(node: OnnxNode, x: str, axis: int) -> tuple[str, str]:
    """Add a TopK; return the names of the values and their places, equal ones in order."""
    values, places = f"{x}:{node.top}:values", f"{x}:{node.top}:places"
    count = node.constant(f"{x}:k", [node.parameter.argmax_param.top_k], np.int64)
    node.add_several("TopK", x, count, tops=(values, places), axis=axis)
    return values, places
