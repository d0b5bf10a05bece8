"""Layers in `layers { layer { type: "conv" } }`."""

from collections.abc import Callable

import pytest

from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.v0 import type_of_v0

SETTINGS = [
    (
        "conv",
        "num_output: 1 biasterm: false weight_filler { } bias_filler { } pad: 2 kernelsize: 3 "
        "group: 4 stride: 5",
        "convolution_param { num_output: 1 bias_term: false weight_filler { } bias_filler { } "
        "pad: 2 kernel_size: 3 group: 4 stride: 5 }",
    ),
    (
        "innerproduct",
        "num_output: 1 biasterm: false weight_filler { } bias_filler { }",
        "inner_product_param { num_output: 1 bias_term: false weight_filler { } bias_filler { } }",
    ),
    (
        "pool",
        "pool: AVE pad: 1 kernelsize: 2 stride: 3",
        "pooling_param { pool: AVE pad: 1 kernel_size: 2 stride: 3 }",
    ),
    ("dropout", "dropout_ratio: 0.3", "dropout_param { dropout_ratio: 0.3 }"),
    (
        "lrn",
        "local_size: 3 alpha: 1 beta: 2 k: 4",
        "lrn_param { local_size: 3 alpha: 1 beta: 2 k: 4 }",
    ),
    (
        "data",
        'source: "s" batchsize: 2 rand_skip: 3 scale: 4 meanfile: "m" cropsize: 5 mirror: true',
        'data_param { source: "s" batch_size: 2 rand_skip: 3 } '
        'transform_param { scale: 4 mean_file: "m" crop_size: 5 mirror: true }',
    ),
    (
        "images",
        'source: "s" batchsize: 2 rand_skip: 3 shuffle_images: true new_height: 4 new_width: 5',
        'image_data_param { source: "s" batch_size: 2 rand_skip: 3 shuffle: true new_height: 4 '
        "new_width: 5 }",
    ),
    (
        "window_data",
        'source: "s" batchsize: 2 det_fg_threshold: 3 det_bg_threshold: 4 det_fg_fraction: 5 '
        'det_context_pad: 6 det_crop_mode: "c"',
        'window_data_param { source: "s" batch_size: 2 fg_threshold: 3 bg_threshold: 4 '
        'fg_fraction: 5 context_pad: 6 crop_mode: "c" }',
    ),
    ("hdf5_data", 'source: "s" batchsize: 2', 'hdf5_data_param { source: "s" batch_size: 2 }'),
    (
        "hdf5_output",
        'hdf5_output_param { file_name: "f" }',
        'hdf5_output_param { file_name: "f" }',
    ),
    ("infogain_loss", 'source: "s"', 'infogain_loss_param { source: "s" }'),
    ("concat", "concat_dim: 0", "concat_param { concat_dim: 0 }"),
    ("relu", "blobs_lr: 2 weight_decay: 3", "param { lr_mult: 2 decay_mult: 3 }"),
]


@pytest.mark.parametrize(("type_", "old", "new"), SETTINGS)
def test_every_setting_goes_where_it_belongs(
    schema: Schema, type_: str, old: str, new: str
) -> None:
    v0 = f'layers {{ layer {{ name: "n" type: "{type_}" {old} }} bottom: "b" top: "t" }}'
    today = f'layer {{ name: "n" type: "{type_of_v0(type_)}" bottom: "b" top: "t" {new} }}'
    upgraded = net_from_text(v0, schema)
    assert upgraded.parameter == net_from_text(today, schema).parameter
    assert upgraded.ignored == ()


def test_settings_of_another_type_are_left_out_and_listed(schema: Schema) -> None:
    net = net_from_text('layers { layer { name: "n" type: "relu" kernelsize: 3 } }', schema)
    assert net.ignored == ("<text>:1: kernelsize in relu layer 'n'",)


def test_padding_goes_into_the_next_layer(schema: Schema) -> None:
    net = net_from_text(
        """layers { layer { name: "a" type: "data" } top: "data" }
        layers { layer { name: "p" type: "padding" pad: 2 } bottom: "data" top: "padded" }
        layers { layer { name: "c" type: "conv" } bottom: "padded" top: "c" }""",
        schema,
    )
    assert [layer.name for layer in net.parameter.layer] == ["a", "c"]
    assert net.lines == (1, 3)
    assert list(net.parameter.layer[1].bottom) == ["data"]
    assert list(net.parameter.layer[1].convolution_param.pad) == [2]


def test_padding_before_something_that_cannot_pad(
    schema: Schema, refusal: Callable[..., str]
) -> None:
    text = """layers { layer { name: "p" type: "padding" pad: 2 } bottom: "data" top: "padded" }
    layers { layer { name: "r" type: "relu" } bottom: "padded" top: "r" }"""
    assert refusal(net_from_text, text, schema) == (
        "<text>:2: padding layer 'p' must lead from one blob into one conv or pool layer; "
        "got 'relu' layer 'r'"
    )


def test_unknown_type(schema: Schema, refusal: Callable[..., str]) -> None:
    text = 'layers { layer { name: "n" type: "foo" } }'
    assert "<text>:1: layer 'n' has unknown type 'foo'" in refusal(net_from_text, text, schema)


def test_layers_of_the_next_generation_stay(schema: Schema) -> None:
    net = net_from_text('layers { layer { type: "relu" } } layers { type: TANH }', schema)
    assert [layer.type for layer in net.parameter.layer] == ["ReLU", "TanH"]


def test_type_of_v0() -> None:
    assert (type_of_v0("conv"), type_of_v0("padding")) == ("Convolution", "padding")
