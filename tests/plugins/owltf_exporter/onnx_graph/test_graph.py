"""The names of blobs in a graph, and its inputs and outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from owltf_exporter.export_job import Exported

from owltf.api import OwltfError
from owltf.testing import net_of

onnx = pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

INPUT = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 } } }'


def layer(name: str, caffe_type: str, bottom: str, *tops: str) -> str:
    """Return a layer's prototxt."""
    names = " ".join(f'top: "{each}"' for each in tops)
    return f'layer {{ name: "{name}" type: "{caffe_type}" bottom: "{bottom}" {names} }}'


def graph(*layers: str) -> Any:
    """Return the graph of a net of an input and some layers."""
    from owltf_exporter.formats import onnx_file

    made = onnx_file.model_of(Exported(net_of(INPUT + "".join(layers))))
    onnx.checker.check_model(made)
    return made.graph


def nodes(made: Any) -> list[str]:
    """Return a graph's operations as `Kind inputs>outputs`."""
    return [f"{each.op_type} {','.join(each.input)}>{','.join(each.output)}" for each in made.node]


def test_the_last_layer_that_makes_a_blob_gives_it_its_name() -> None:
    made = graph(
        layer("tanh", "TanH", "x", "y"),
        layer("relu", "ReLU", "y", "y"),
        layer("n", "BNLL", "y", "z"),
    )
    assert nodes(made) == ["Tanh x>y:tanh", "Relu y:tanh>y", "Softplus y>z"]


def test_layers_that_pass_on_add_nothing() -> None:
    made = graph(
        layer("tanh", "TanH", "x", "y"),
        layer("drop", "Dropout", "y", "y"),
        layer("split", "Split", "y", "a", "b"),
        layer("relu", "ReLU", "a", "a"),
        layer("silence", "Silence", "a"),
    )
    assert nodes(made) == ["Tanh x>y", "Identity y>b", "Relu y>a"]


def test_an_input_keeps_its_name_where_it_is_changed_in_place() -> None:
    made = graph(layer("relu", "ReLU", "x", "x"), layer("tanh", "TanH", "x", "y"))
    assert nodes(made) == ["Relu x>x:relu", "Tanh x:relu>y"]


def test_an_input_that_is_an_output_too_is_refused() -> None:
    with pytest.raises(
        OwltfError, match="layer 'relu': the input 'x' changed in place is an output"
    ):
        graph(layer("relu", "ReLU", "x", "x"))


def test_the_batch_is_open_and_bottoms_of_a_number_of_rows_have_their_own() -> None:
    made = graph(
        'layer { name: "t" type: "Tile" bottom: "x" top: "y" tile_param { axis: 0 tiles: 2 } }'
    )
    (x,), (y,) = made.input, made.output
    assert [dim.dim_param or dim.dim_value for dim in x.type.tensor_type.shape.dim] == ["N", 4]
    assert [dim.dim_param or dim.dim_value for dim in y.type.tensor_type.shape.dim] == ["N_y", 4]


def test_a_numpy_type_stands_for_its_number() -> None:
    from owltf_exporter.onnx_graph.graph import Graph

    net = Exported(net_of(INPUT + layer("relu", "ReLU", "x", "y")))
    made = Graph(net.net, net.model)
    for kind in (np.float32, np.int64, np.bool_):
        made.add("Cast", ["x"], ["y"], to=kind)
    numbers = [node.attribute[0].i for node in made.nodes]
    assert numbers == [onnx.TensorProto.FLOAT, onnx.TensorProto.INT64, onnx.TensorProto.BOOL]
