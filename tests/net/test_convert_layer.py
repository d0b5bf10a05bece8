"""A layer must fit its bottoms and tops."""

from __future__ import annotations

import pytest
from small_nets import build, inner_product, input_text

from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError

X = input_text("x", 2, 4)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ('type: "ReLU" bottom: "x" bottom: "x" top: "r"', "takes 1 bottom, got 2"),
        ('type: "ReLU" bottom: "x" top: "r" top: "s"', "takes 1 top, got 2"),
        ('type: "EuclideanLoss" bottom: "x" top: "r"', "takes 2 bottoms, got 1"),
        ('type: "Eltwise" bottom: "x" top: "r"', "takes at least 2 bottoms, got 1"),
        (
            'type: "SoftmaxWithLoss" bottom: "x" bottom: "x" top: "r" top: "s" top: "t"',
            "takes 1 to 2 tops, got 3",
        ),
    ],
)
def test_bottoms_and_tops_are_counted(layer: str, message: str) -> None:
    with pytest.raises(OwltfError) as raised:
        build(f"{X} layer {{ name: 'r' {layer} }}")
    assert message in str(raised.value)
    assert "layer 'r' (" in str(raised.value)


def test_weights_of_another_net_are_told_where_they_do_not_fit() -> None:
    shared = SharedLayers()
    build(X + inner_product("ip", "x", "ip"), shared=shared)
    with pytest.raises(
        OwltfError, match=r"cannot be built on 'x' \(2, 5\) with the weights it has"
    ):
        build(input_text("x", 2, 5) + inner_product("ip", "x", "ip"), "TEST", shared=shared)


@pytest.mark.parametrize(
    ("layer", "field"),
    [
        ('type: "InnerProduct" inner_product_param { num_output: 0 }', "num_output"),
        ('type: "Embed" embed_param { num_output: 0 input_dim: 2 }', "num_output"),
    ],
)
def test_errors_have_caffes_words(layer: str, field: str) -> None:
    with pytest.raises(OwltfError) as raised:
        build(f"{X} layer {{ name: 'r' bottom: 'x' top: 'r' {layer} }}")
    assert field in str(raised.value)
    assert "units" not in str(raised.value)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (inner_product("r", "x", "r", outputs=2147483647), "GiB of memory"),
        (
            'layer { name: "r" type: "Exp" bottom: "x" top: "r" exp_param { shift: 1e9 } }',
            "OverflowError: math range error (OWLTF_DEBUG=1 shows where)",
        ),
        (
            'layer { name: "r" type: "Input" bottom: "x" top: "r" '
            "input_param { shape { dim: 1 } } }",
            "takes 0 bottoms, got 1",
        ),
        (
            'layer { name: "s" type: "Reduction" bottom: "x" top: "s" reduction_param { axis: 0 } }'
            '\nlayer { name: "r" type: "ArgMax" bottom: "s" top: "r" }',
            "finds the greatest values of each sample, but 's' is ()",
        ),
        (
            'layer { name: "r" type: "Parameter" top: "r" '
            "parameter_param { shape { dim: 2 dim: 2147483647 dim: 2147483647 } } }",
            "parameter 0 of shape (2, 2147483647, 2147483647) needs ",
        ),
        (
            'layer { name: "r" type: "Embed" bottom: "x" top: "r" '
            "embed_param { num_output: 2147483647 input_dim: 2147483646 } }",
            "parameter 0 of shape (2147483646, 2147483647) needs ",
        ),
    ],
)
def test_absurd_numbers_are_one_line(layer: str, message: str) -> None:
    with pytest.raises(OwltfError) as raised:
        build(X + layer)
    assert "layer 'r' (" in str(raised.value)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_debugging_shows_the_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWLTF_DEBUG", "1")
    layer = 'layer { name: "r" type: "Exp" bottom: "x" top: "r" exp_param { shift: 1e9 } }'
    with pytest.raises(OverflowError):
        build(X + layer)


def test_a_blob_of_more_values_than_an_int_counts_is_refused() -> None:
    tile = 'layer { name: "r" type: "Tile" bottom: "x" top: "r" tile_param { tiles: 1073741824 } }'
    with pytest.raises(OwltfError, match=r"its top .* would have 8,589,934,592 values; a blob"):
        build(X + tile)


def test_a_data_layers_top_is_no_larger_than_caffes_blobs() -> None:
    dummy = 'type: "DummyData" top: "d" dummy_data_param { shape { dim: 2147483648 dim: 3 } }'
    with pytest.raises(OwltfError, match="layer 'd'.*would have 6,442,450,944 values; a blob"):
        build(f"{X} layer {{ name: 'd' {dummy} }}")
