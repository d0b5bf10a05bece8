"""Walking over protobuf's wire format."""

import pytest

from owltf.caffe.binary.protobuf_wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    BrokenWireError,
    CutShortError,
    encode_length,
    encode_varint,
    varints,
    walk,
)
from owltf.caffe.schema.schema import Schema


def test_walk_finds_every_field(schema: Schema) -> None:
    blob = schema.message("BlobProto")(num=300, shape={"dim": [1]}, double_data=[1.0])
    # An unpacked float: field 5 as four bytes.
    data = memoryview(blob.SerializeToString() + b"\x2d\0\0\x80\x3f" + b"\x41" + bytes(8))
    found = {field.number: field for field in walk(data, 0, len(data))}
    assert {number: field.wire_type for number, field in found.items()} == {
        **{1: VARINT, 7: LENGTH, 5: FIXED32},
        8: FIXED64,
    }
    assert found[1].value == 300
    assert bytes(data[found[5].start : found[5].end]) == b"\0\0\x80\x3f"
    assert (found[1].tag, found[1].start, found[1].end) == (0, 1, 3)


def test_a_field_that_is_cut_short() -> None:
    data = memoryview(encode_length(100, 50) + bytes(20))
    with pytest.raises(CutShortError) as caught:
        list(walk(data, 0, len(data)))
    cut = caught.value
    assert (cut.number, cut.start, cut.needed, cut.left) == (100, 3, 50, 20)


@pytest.mark.parametrize("data", [b"\0\0", b"\x0b", b"\x08\xff", b"\x08" + b"\xff" * 12])
def test_bytes_that_are_no_message(data: bytes) -> None:
    with pytest.raises(BrokenWireError):
        list(walk(memoryview(data), 0, len(data)))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31, 2**63])
def test_varints(value: int) -> None:
    encoded = encode_varint(value) + encode_varint(7)
    assert list(varints(memoryview(encoded), 0, len(encoded))) == [value, 7]
