"""Small nets and layers for the tests of `owltf.net`."""

from __future__ import annotations

from typing import Any

import keras

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.graph import Graph
from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import load_schema
from owltf.convert.blob import Blob
from owltf.convert.context import NetContext
from owltf.convert.keras_names import KerasNames
from owltf.convert.layer import Layer
from owltf.net.build import build_net
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


def build(
    text: str, phase: str = "TRAIN", *, registry: Registry | None = None, **context: Any
) -> Net:
    """Return the net of a prototxt.

    Args:
        text: the prototxt.
        phase: "TRAIN" or "TEST".
        registry: what the net is built with; the built-in plugins unless given.
        **context: fields of the `NetContext`.
    """
    registry = registry or Registry(make_manager())
    source = filter_net(net_from_text(text, registry.schema), net_state(phase))
    return build_net(Graph.of(source), NetContext(registry, phase, **context))


def layer_of(**fields: Any) -> Layer:
    """Return a layer as a converter gets it, with the given fields of a `LayerParameter`."""
    parameter = load_schema().message("LayerParameter")(name="one", type="Some", **fields)
    context = NetContext(Registry(make_manager()), "TRAIN")
    return Layer("one", parameter, "net.prototxt:7", context, KerasNames(()))


def input_blob(*shape: int) -> Blob:
    """Return a blob in Caffe's order that is fed from outside."""
    tensor = keras.Input(batch_shape=(None, *shape[1:]), name="x")
    return Blob("x", tensor, shape[0], KerasNames(()))


def input_text(name: str, *shape: int) -> str:
    """Return an Input layer."""
    dims = " ".join(f"dim: {size}" for size in shape)
    return (
        f'layer {{ name: "{name}" type: "Input" top: "{name}" '
        f"input_param {{ shape {{ {dims} }} }} }}\n"
    )


def inner_product(name: str, bottom: str, top: str, fields: str = "", outputs: int = 3) -> str:
    """Return an InnerProduct layer with drawn weights."""
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{top}" {fields} '
        f"inner_product_param {{ num_output: {outputs} "
        f'weight_filler {{ type: "xavier" }} }} }}\n'
    )


SMALL = (
    'name: "small"\n'
    + input_text("x", 2, 3, 4, 5)
    + """
    layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
      convolution_param { num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
    layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
    """
    + inner_product("ip/a", "conv", "ip/a")
    + inner_product("ip/b", "conv", "b")
)
