"""What Caffe refuses is refused, or said."""

from __future__ import annotations

import pytest
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError

X = input_text("x", 2, 3, 4, 4)
SCALAR = 'layer { name: "s" type: "Reduction" bottom: "x" top: "s" reduction_param { axis: 0 } }\n'


def layer(kind: str, fields: str = "", bottom: str = "x", top: str = "y") -> str:
    return f'layer {{ name: "l" type: "{kind}" bottom: "{bottom}" top: "{top}" {fields} }}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (layer("ReLU", "param { lr_mult: 1 }"), "has 0 parameter blobs, but 1 param"),
        (
            inner_product("l", "x", "y", "param { } param { } param { }"),
            "has 2 parameter blobs, but 3 param",
        ),
        (layer("BatchNorm", "param { name: 'm' }"), "lr_mult must be 0"),
        (layer("BatchNorm", "param { lr_mult: 0 } param { lr_mult: 2 }"), "lr_mult must be 0"),
        (
            layer("Pooling", "pooling_param { global_pooling: true kernel_size: 2 }"),
            "global_pooling",
        ),
        (layer("Pooling", "pooling_param { global_pooling: true stride: 2 }"), "global_pooling"),
        (layer("AbsVal", top="x"), "AbsVal layer 'l' cannot work in place"),
        (
            layer("Reshape", "reshape_param { shape { dim: 0 } }", top="x"),
            "Reshape layer 'l' cannot work in place",
        ),
        (
            'layer { name: "p" type: "Power" bottom: "x" top: "y" loss_weight: 1 }\n'
            + layer("ReLU", bottom="y"),
            "works in place on 'y', which has a loss_weight in Power layer 'p'",
        ),
        (SCALAR + layer("Scale", bottom="s"), "axis 1 is out of range"),
        (SCALAR + layer("Bias", bottom="s"), "axis 1 is out of range"),
        (
            SCALAR + layer("Scale", "scale_param { num_axes: 0 }", bottom="s"),
            "axis 1 is out of range",
        ),
    ],
)
def test_what_caffe_refuses(text: str, message: str) -> None:
    with pytest.raises(OwltfError) as raised:
        build(X + text)
    assert message in str(raised.value)
    assert "'l'" in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        layer("BatchNorm", "param { } param { } param { }"),
        layer("BatchNorm", "param { lr_mult: 0 }"),
        layer("Pooling", "pooling_param { global_pooling: true }"),
        layer("ReLU", "loss_weight: 1", top="x"),
        layer("ReLU", top="x"),
    ],
)
def test_what_caffe_takes(text: str) -> None:
    build(X + text)


def test_layers_of_one_name_are_told() -> None:
    (note,) = build(X + inner_product("ip", "x", "a") + inner_product("ip", "a", "b")).notes
    assert note == (
        "Several layers with weights are named 'ip' (<text>:2, <text>:3): Caffe cannot tell them "
        "apart in a caffemodel; rename them"
    )
