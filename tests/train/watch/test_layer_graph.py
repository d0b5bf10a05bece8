"""layer_graph: TensorBoard's graph has a net's own names."""

from __future__ import annotations

import keras

from owltf.train.watch.layer_graph import layer_graph, layer_names


def test_layers_stand_on_the_first_floor() -> None:
    inputs = {"data": keras.Input((3,), name="data")}
    hidden = keras.layers.Dense(2, name="ip1")(inputs["data"])
    model = keras.Model(inputs, keras.layers.ReLU(name="relu1")(hidden), name="net")
    graph = layer_graph(model)
    names = {node.name for node in graph.node}
    assert {name.split("/")[0] for name in names} == {"data", "ip1", "relu1", "Identity"}
    used = {name.partition(":")[0] for node in graph.node for name in node.input}
    assert used <= names
    assert not any(node.op == "NoOp" for node in graph.node)


def test_numbers_that_are_part_of_a_name_stay() -> None:
    renamed = layer_names("net", ["conv1", "conv1_1", "inception/1x1"])
    assert renamed("net_1/conv1_1/BiasAdd:1") == "conv1/BiasAdd:1"
    assert renamed("net_1/conv1_1_1/BiasAdd") == "conv1_1/BiasAdd"
    assert renamed("net/inception/1x1_1/Conv2D") == "inception/1x1/Conv2D"
    assert renamed("net_1/other_1/Conv2D") == "other_1/Conv2D"
    assert renamed("data") == "data"
