"""Layers in `layers { type: CONVOLUTION }`."""

import pytest

from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.v1 import type_of_v1


def test_every_setting_is_carried_over(schema: Schema) -> None:
    old = """name: "n"
    layers { name: "conv" type: CONVOLUTION bottom: "a" top: "b" top: "c"
      blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0 param: "w" param: ""
      blob_share_mode: PERMISSIVE loss_weight: 3 include { phase: TRAIN }
      exclude { stage: "s" } convolution_param { num_output: 4 } blobs { num: 1 } }"""
    new = """name: "n"
    layer { name: "conv" type: "Convolution" bottom: "a" top: "b" top: "c"
      param { name: "w" lr_mult: 1 decay_mult: 1 share_mode: PERMISSIVE }
      param { name: "" lr_mult: 2 decay_mult: 0 } loss_weight: 3 include { phase: TRAIN }
      exclude { stage: "s" } convolution_param { num_output: 4 } blobs { num: 1 } }"""
    upgraded = net_from_text(old, schema)
    assert upgraded.parameter == net_from_text(new, schema).parameter
    assert upgraded.lines == (2,)


def test_every_type_has_todays_name(schema: Schema) -> None:
    enum = schema.message("V1LayerParameter").DESCRIPTOR.enum_types_by_name["LayerType"]
    names = {type_of_v1(name) for name in enum.values_by_name}
    assert len(names) == len(enum.values) == 40
    assert {"", "SoftmaxWithLoss", "HDF5Data", "TanH", "Im2col"} < names


def test_every_parameter_has_its_place_today(schema: Schema) -> None:
    today = schema.message("LayerParameter").DESCRIPTOR.fields_by_name
    old = schema.message("V1LayerParameter").DESCRIPTOR.fields_by_name
    params = [name for name in old if name.endswith("_param")]
    assert params
    for name in params:
        assert today[name].message_type is old[name].message_type


@pytest.mark.parametrize(
    ("type_", "param"),
    [
        ("DATA", "data_param"),
        ("IMAGE_DATA", "image_data_param"),
        ("WINDOW_DATA", "window_data_param"),
    ],
)
def test_transformations_get_a_message_of_their_own(schema: Schema, type_: str, param: str) -> None:
    settings = 'scale: 2 mean_file: "m" crop_size: 3 mirror: true'
    old = f'layers {{ type: {type_} {param} {{ source: "s" {settings} }} }}'
    layer = net_from_text(old, schema).parameter.layer[0]
    assert str(getattr(layer, param)).split() == ["source:", '"s"']
    transform = layer.transform_param
    assert (transform.scale, transform.mean_file) == (2, "m")
    assert (transform.crop_size, transform.mirror) == (3, True)


def test_the_type_may_be_missing(schema: Schema) -> None:
    assert not net_from_text("layers { name: 'a' }", schema).parameter.layer[0].HasField("type")
