"""All layers that cannot be built are told at once, each with its reason."""

from __future__ import annotations

import pytest
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError

X = input_text("x", 2, 4)


def test_all_unknown_and_unsupported_layers_are_told_at_once() -> None:
    text = (
        X
        + 'layer { name: "a" type: "Convolutoin" bottom: "x" top: "a" }\n'
        + 'layer { name: "b" type: "Xyzzy" bottom: "a" top: "b" }\n'
        + inner_product("ip", "b", "ip")
    )
    with pytest.raises(OwltfError) as raised:
        build(text)
    message = str(raised.value)
    assert "\n" not in message
    assert "layer 'a'" in message
    assert "unknown layer type 'Convolutoin': did you mean 'Convolution'" in message
    assert "; layer 'b'" in message
    assert "known: " in message


def test_an_unknown_type_is_told_once_with_its_lines() -> None:
    layers = "".join(
        f'layer {{ name: "d{i}" type: "DepthwiseConvolution" bottom: "x" top: "d{i}" }}\n'
        for i in range(6)
    )
    with pytest.raises(OwltfError) as raised:
        build(X + layers)
    assert str(raised.value).startswith(
        "layer 'd0' (<text>:2): unknown layer type 'DepthwiseConvolution', and 5 more "
        "(lines 3, 4, 5 and 2 more): the plugin owltf_ssd brings it"
    )
    assert str(raised.value).count("DepthwiseConvolution") == 1
