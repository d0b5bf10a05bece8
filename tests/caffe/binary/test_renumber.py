"""Fields of a binary message get other numbers, and nothing else changes."""

from __future__ import annotations

import pytest

from owltf.caffe.binary.protobuf_wire import BrokenWireError
from owltf.caffe.binary.renumber import renumbered, with_own_numbers
from owltf.caffe.schema.schema import load_schema


def test_a_field_has_another_number() -> None:
    message = load_schema().message("LayerParameter")
    layer = message(name="ü", type="Tile", loss_weight=[0.5, 2], top=["a", "b"])
    layer.tile_param.tiles = 300
    found = message.FromString(renumbered(layer.SerializeToString(), {138: 125, 4: 3}))
    # A SoftmaxParameter's axis is its field 2, as a TileParameter's tiles are.
    assert found.softmax_param.axis == 300
    assert (found.name, list(found.bottom), list(found.top)) == ("ü", ["a", "b"], [])
    back = renumbered(found.SerializeToString(), {125: 138, 3: 4})
    assert message.FromString(back) == layer


def test_what_is_no_message() -> None:
    with pytest.raises(BrokenWireError):
        renumbered(b"\x0a\x05ab", {})


def test_layers_of_a_type_alone_are_changed() -> None:
    net = load_schema().message("NetParameter")(name="n", debug_info=True)
    for kind in ("Fork", "Embed"):
        net.layer.add(type=kind).embed_param.num_output = 3
    data = net.SerializeToString()
    assert with_own_numbers(data, lambda kind: {}) is data
    found = type(net).FromString(
        with_own_numbers(data, lambda kind: {137: 138} if kind == "Fork" else {})
    )
    assert [layer.HasField("embed_param") for layer in found.layer] == [False, True]
    assert (found.name, found.debug_info) == ("n", True)
