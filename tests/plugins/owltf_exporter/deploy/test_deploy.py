"""The deploy form of training nets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from owltf_exporter.deploy.deploy import deploy_form

from owltf.api import NetContext, OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

CONTEXT = NetContext(Registry(make_manager()), "TEST")
DATA = """
layer { name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { shape { dim: 7 dim: 3 dim: 8 dim: 9 } shape { dim: 7 } } }
"""
FC = """
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  inner_product_param { num_output: 4 } }
"""


def deploy(text: str, **options: Any) -> Any:
    """Return the deploy form of a net."""
    parameter = CONTEXT.registry.schema.message("NetParameter")()
    text_format.Parse(text, parameter)
    return deploy_form(parameter, CONTEXT, **options)


def layers(text: str, **options: Any) -> list[str]:
    """Return the deploy form's layers as `Type bottoms>tops`."""
    return [
        f"{layer.type} {','.join(layer.bottom)}>{','.join(layer.top)}"
        for layer in deploy(text, **options).layer
    ]


def loss(kind: str, name: str = "loss", bottom: str = "fc", other: str = "label") -> str:
    """Return a layer that compares two blobs."""
    return (
        f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" bottom: "{other}" '
        f'top: "{name}" }}'
    )


def test_data_layers_become_inputs_of_their_shape() -> None:
    net = deploy(DATA + FC + loss("SoftmaxWithLoss"))
    assert list(net.layer[0].input_param.shape[0].dim) == [7, 3, 8, 9]


def test_what_is_written_to_a_file_is_an_output() -> None:
    output = """layer { name: "out" type: "HDF5Output" bottom: "fc" bottom: "label"
      hdf5_output_param { file_name: "out.h5" } }"""
    assert layers(DATA + FC + output) == ["Input >data", "InnerProduct data>fc"]


@pytest.mark.parametrize(
    ("kind", "scores"), [("SoftmaxWithLoss", "Softmax"), ("SigmoidCrossEntropyLoss", "Sigmoid")]
)
def test_losses_become_the_scores_they_are_of(kind: str, scores: str) -> None:
    net = DATA + FC + loss(kind) + loss("Accuracy", "accuracy")
    assert layers(net) == ["Input >data", "InnerProduct data>fc", f"{scores} fc>prob"]


@pytest.mark.parametrize("kind", ["EuclideanLoss", "HingeLoss", "MultinomialLogisticLoss"])
def test_other_losses_leave_what_they_look_at(kind: str) -> None:
    assert layers(DATA + FC + loss(kind)) == ["Input >data", "InnerProduct data>fc"]


def test_a_softmax_that_is_there_serves() -> None:
    softmax = 'layer { name: "p" type: "Softmax" bottom: "fc" top: "p" }'
    assert layers(DATA + FC + loss("SoftmaxWithLoss") + softmax)[2:] == ["Softmax fc>p"]


def test_of_several_losses_the_last_is_called_prob() -> None:
    net = DATA + FC + FC.replace('"fc"', '"aux"')
    net += loss("SoftmaxWithLoss", "loss1", "aux") + loss("SoftmaxWithLoss", "loss2")
    assert layers(net)[3:] == ["Softmax aux>loss1_prob", "Softmax fc>prob"]
    only = ["Input >data", "InnerProduct data>fc", "Softmax fc>prob"]
    assert layers(net, outputs=["prob"]) == only


def test_layers_that_lead_to_labels_alone_go() -> None:
    flat = 'layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }'
    scaled = 'layer { name: "half" type: "Power" bottom: "label" top: "half" }'
    silence = 'layer { name: "silence" type: "Silence" bottom: "half" }'
    net = DATA + flat + scaled + silence + FC + loss("EuclideanLoss", other="flat")
    assert layers(net) == ["Input >data", "InnerProduct data>fc"]


def test_the_second_tower_of_a_siamese_net_goes() -> None:
    cut = 'layer { name: "cut" type: "Slice" bottom: "pair" top: "data" top: "other" }'
    pair = DATA.replace('top: "data"', 'top: "pair"', 1)
    other = FC.replace('"data"', '"other"').replace('"fc"', '"fc_other"')
    contrast = loss("ContrastiveLoss", other="fc_other").replace(
        'top: "loss"', 'bottom: "label" top: "loss"'
    )
    made = layers(pair + cut + FC + other + contrast)
    assert made == ["Input >pair", "Slice pair>data,other", "InnerProduct data>fc"]


def test_a_deploy_net_stays_as_it_is() -> None:
    inputs = 'layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 } } }'
    net = inputs + FC
    parameter = CONTEXT.registry.schema.message("NetParameter")()
    text_format.Parse(net, parameter)
    assert deploy(net) == parameter


def test_shapes_that_are_given_count() -> None:
    net = deploy(DATA + FC + loss("SoftmaxWithLoss"), given={"data": [1, 1, 28, 28]})
    assert list(net.layer[0].input_param.shape[0].dim) == [1, 1, 28, 28]


def test_a_missing_source_needs_a_crop_or_a_shape(tmp_path: Path) -> None:
    data = 'layer { name: "data" type: "Data" top: "data" top: "label" '
    data += 'data_param { source: "nowhere" batch_size: 2 backend: LMDB } transform_param { %s } }'
    net = data + FC + loss("SoftmaxWithLoss")
    known = deploy(net % "crop_size: 20 mean_value: 1 mean_value: 2 mean_value: 3")
    assert list(known.layer[0].input_param.shape[0].dim) == [1, 3, 20, 20]
    with pytest.raises(OwltfError, match="'data' is not known.*give --input-shape BLOB:N,C,H,W"):
        deploy(net % "crop_size: 20")


def test_what_cannot_be_served_is_refused() -> None:
    with pytest.raises(OwltfError, match="has no layers that could be served"):
        deploy(DATA)
    with pytest.raises(OwltfError, match="the net has no blob 'nothing'"):
        deploy(DATA + FC, outputs=["nothing"])
    with pytest.raises(OwltfError, match="no input 'image'; its inputs are data"):
        deploy(DATA + FC, given={"image": [3, 8, 9]})
