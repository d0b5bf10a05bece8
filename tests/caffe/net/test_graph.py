"""Graphs, and what keeps a net from being one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.graph import Graph, is_in_place
from owltf.caffe.net.read import net_from_text, read_net
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError

DATA = 'layer { name: "in" type: "Input" top: "x" top: "y" }\n'


def _graph(schema: Schema, text: str) -> Graph:
    return Graph.of(filter_net(net_from_text(DATA + text, schema, "n.prototxt"), net_state("TEST")))


def test_layers_know_where_they_are_written(schema: Schema) -> None:
    layer = _graph(schema, 'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }').layers[1]
    assert (layer.name, layer.type, layer.where) == ("r", "ReLU", "n.prototxt:2")
    assert layer.title == "ReLU layer 'r'"


def test_titles_without_name_or_type(schema: Schema) -> None:
    graph = _graph(schema, 'layer { type: "ReLU" } layer { name: "r" } layer { }')
    assert [layer.title for layer in graph.layers[1:]] == [
        *("ReLU layer without a name", "layer without a type 'r'"),
        "layer without a type without a name",
    ]


def test_twins_have_names_of_their_own(schema: Schema) -> None:
    graph = _graph(schema, 'layer { name: "a" } layer { name: "a" } layer { type: "ReLU" }')
    assert [layer.name for layer in graph.layers] == ["in", "a", "a_2", "ReLU"]


def test_outputs_are_sorted_and_in_place_tops_stay(schema: Schema) -> None:
    text = """layer { name: "c" bottom: "x" top: "c" } layer { name: "r" bottom: "c" top: "c" }
    layer { name: "b" bottom: "x" top: "b" }"""
    assert _graph(schema, text).outputs == ("b", "c", "y")


def test_an_in_place_top_that_is_taken_is_no_output(schema: Schema) -> None:
    text = """layer { name: "r" bottom: "x" top: "x" }
    layer { name: "c" bottom: "x" bottom: "y" top: "c" }"""
    assert _graph(schema, text).outputs == ("c",)


def test_is_in_place(schema: Schema) -> None:
    layer = schema.message("LayerParameter")(bottom=["a", "b"], top=["a", "c", "b"])
    assert [is_in_place(layer, index) for index in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            'layer { name: "r" type: "ReLU" bottom: "conv1" top: "r" }',
            "n.prototxt:2: ReLU layer 'r' takes 'conv1', which no layer makes; "
            "the last blobs made are x, y",
        ),
        (
            'layer { name: "c" top: "conv1" }\nlayer { bottom: "conv_1" type: "ReLU" }',
            "n.prototxt:3: ReLU layer without a name takes 'conv_1', which no layer makes; "
            "did you mean 'conv1'?",
        ),
        (
            'layer { name: "a" type: "A" bottom: "t" }\nlayer { name: "b" type: "B" top: "t" }',
            "n.prototxt:2: A layer 'a' takes 't', which B layer 'b' makes only later "
            "(n.prototxt:3); move that one up",
        ),
        (
            'layer { name: "d" top: "d" include { phase: TRAIN } }\n'
            'layer { name: "a" bottom: "d" }',
            "n.prototxt:3: layer without a type 'a' takes 'd', which only a layer for other "
            "phases, levels or stages makes (n.prototxt:2); this net is for TEST, level 0, "
            "no stage",
        ),
        (
            'layer { name: "a" type: "A" top: "x" }',
            "n.prototxt:2: A layer 'a' makes 'x', which is made by Input layer 'in' "
            "(n.prototxt:1) already; rename one top, or let it be the bottom of the same place to "
            "work in place",
        ),
        (
            'layer { name: "a" type: "A" top: "t" top: "t" }',
            "n.prototxt:2: A layer 'a' makes 't', which is made by itself already; rename one top, "
            "or let it be the bottom of the same place to work in place",
        ),
        (
            'layer { name: "train" type: "Data" top: "d" }\n'
            'layer { name: "test" type: "Data" top: "d" }',
            "n.prototxt:3: Data layer 'test' makes 'd', which is made by Data layer 'train' "
            "(n.prototxt:2) already; if one is for training and one for testing, both need a "
            "rule, as include { phase: TRAIN } and include { phase: TEST }; this net is for TEST, "
            "level 0, no stage",
        ),
        (
            'layer { name: "loss" type: "A" bottom: "x" top: "l" }\n'
            'layer { name: "out" type: "B" bottom: "x" top: "l" include { phase: TEST } }',
            "n.prototxt:3: B layer 'out' makes 'l', which is made by A layer 'loss' "
            "(n.prototxt:2) already; if one is for training and one for testing, both need a "
            "rule, as include { phase: TRAIN } and include { phase: TEST }; this net is for TEST, "
            "level 0, no stage",
        ),
    ],
)
def test_errors(schema: Schema, refusal: Callable[..., str], text: str, error: str) -> None:
    assert refusal(_graph, schema, text) == error


def test_a_net_without_layers(schema: Schema, refusal: Callable[..., str]) -> None:
    text = 'layer { name: "a" top: "a" include { phase: TRAIN } }'
    source = filter_net(net_from_text(text, schema, "n.prototxt"), net_state("TEST"))
    assert refusal(Graph.of, source) == "n.prototxt: no layers for TEST, level 0, no stage"


def test_a_net_without_data(schema: Schema, refusal: Callable[..., str]) -> None:
    source = net_from_text('layer { name: "a" bottom: "x" }', schema)
    assert "no blob is made so far" in refusal(Graph.of, source)


def test_the_stage_is_named(schema: Schema, refusal: Callable[..., str]) -> None:
    text = "layer { top: 'd' include { stage: 'a' } } layer { bottom: 'd' }"
    source = filter_net(net_from_text(text, schema), net_state("TRAIN", 1, ["b", "c"]))
    assert refusal(Graph.of, source).endswith("this net is for TRAIN, level 1, stage b and c")


def test_outputs_of_other_peoples_nets(schema: Schema, zoo: Path) -> None:
    expected = json.loads((zoo / "shapes.json").read_text())
    for name, net in expected.items():
        source = read_net(zoo / "prototxt" / name, schema, ignore_unknown_fields=True)
        try:
            graph = Graph.of(filter_net(source, net_state("TEST")))
        except OwltfError as error:
            pytest.fail(f"{name}: {error}")
        assert list(graph.outputs) == net["outputs"], name
