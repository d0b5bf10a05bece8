"""What a converter's `onnx` method is given."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_exporter.export_job import Exported

from owltf.api import OnnxNode
from owltf.testing import net_of, one_layer

pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")


@pytest.fixture
def node() -> OnnxNode:
    """An inner product of (2, 3, 4) by 5 filters, on its way into a graph."""
    from owltf_exporter.onnx_graph.graph import Graph
    from owltf_exporter.onnx_graph.node import Node

    fields = 'type: "InnerProduct" inner_product_param { num_output: 5 }'
    exported = Exported(net_of(one_layer(fields, (2, 3, 4))))
    graph = Graph(exported.net, exported.model)
    for layer in exported.net.graph.layers:
        tops = tuple(graph.name_tops(layer))
    return Node(graph, layer, ("bottom0",), tops, (np.ones((5, 12)), np.zeros(5)))


def test_it_knows_the_layer(node: OnnxNode) -> None:
    assert (node.x, node.top, node.shape, node.top_shape) == ("bottom0", "top0", (2, 3, 4), (2, 5))
    assert node.parameter.inner_product_param.num_output == node.config["units"] == 5
    assert node.keras().name == "layer"
    assert (node.axis(-1), node.axis(1), node.shape_of("top0")) == (2, 1, (2, 5))


def test_what_is_added_is_the_top_or_a_part_of_it(node: OnnxNode) -> None:
    assert node.add("Abs", node.x) == "top0"
    assert node.add("Abs", node.x, part="size") == "top0:size"
    assert node.add("Abs", node.x, top="other") == "other"
    node.add_several("Split", node.x, tops=["a", "b"], axis=0)
    graph = node.graph  # type: ignore[attr-defined]
    assert [list(each.output) for each in graph.nodes] == [
        ["top0"],
        ["top0:size"],
        ["other"],
        ["a", "b"],
    ]
    assert [each.name for each in graph.nodes] == ["top0", "top0:size", "other", "a"]


def test_numbers_are_constants_of_the_layer(node: OnnxNode) -> None:
    assert node.constant("half", 0.5) == "layer:half"
    assert node.weights() == ["layer:blob0", "layer:blob1"]
    assert node.reshape(node.x, (0, -1), part="flat") == "top0:flat"
    graph = node.graph  # type: ignore[attr-defined]
    assert [(each.name, tuple(each.dims)) for each in graph.constants] == [
        ("layer:half", ()),
        ("layer:blob0", (5, 12)),
        ("layer:blob1", (5,)),
        ("layer:shape_of_flat", (2,)),
    ]


def test_a_refusal_names_the_layer(node: OnnxNode) -> None:
    assert str(node.unsupported("axis: 3")) == "layer 'layer': axis: 3"
