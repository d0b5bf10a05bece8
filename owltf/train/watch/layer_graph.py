"""layer_graph: a model as the graph that TensorBoard shows, a box for each layer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def layer_graph(model: Any) -> Any:
    """Return the `GraphDef` of a pass of a model, traced for its shapes.

    TensorFlow puts all layers into one box with the model's name, and numbers them: conv1 is
    `net_1/conv1_1` there. Here they have their own names, on the first floor.

    Args:
        model: a `keras.Model`.
    """
    import tensorflow as tf

    specs = {each.name: tf.TensorSpec(each.shape, each.dtype, each.name) for each in model.inputs}
    traced = tf.function(lambda inputs: model(inputs, training=False))
    graph = traced.get_concrete_function(specs).graph.as_graph_def(add_shapes=True)
    renamed = layer_names(model.name, [layer.name for layer in model.layers])
    for node in graph.node:
        node.name = renamed(node.name)
        # What only orders operations joins boxes that have nothing to do with each other.
        inputs = [renamed(name) for name in node.input if not name.startswith("^")]
        del node.input[:]
        node.input.extend(inputs)
        node.attr.pop("_class", None)
    for node in [node for node in graph.node if node.op == "NoOp"]:
        graph.node.remove(node)
    return graph


def layer_names(model: str, layers: list[str]) -> Callable[[str], str]:
    """Return a function that gives an operation the name of its layer in place of TensorFlow's.

    Args:
        model: the model's name.
        layers: the names of its layers.
    """
    root = re.compile(rf"{re.escape(model)}(_\d+)?/")
    # `conv1_1` may be a layer, or the number that `conv1` got.
    longest = "|".join(re.escape(name) for name in sorted(layers, key=len, reverse=True))
    layer = re.compile(rf"({longest})_\d+(?=/|$)")

    def renamed(name: str) -> str:
        inner = root.sub("", name, count=1) if root.match(name) else name
        return layer.sub(r"\1", inner, count=1) if inner != name and layer.match(inner) else inner

    return renamed
