"""BlobProto in all the ways it has been written."""

from typing import Any

import numpy as np
import pytest

from owltf.caffe.binary.blob import decode_blob, encode_blob
from owltf.caffe.binary.protobuf_wire import BrokenWireError, encode_length
from owltf.caffe.schema.schema import Schema

VALUES = np.arange(6, dtype=np.float32).reshape(1, 2, 1, 3) / 2
SHAPE = encode_length(7, 6) + encode_length(1, 4) + bytes(VALUES.shape)


def _decode(data: bytes) -> np.ndarray:
    return decode_blob(memoryview(data), 0, len(data))


def _raw(dtype: str, kind: int) -> bytes:
    content = VALUES.astype(dtype).tobytes()
    return SHAPE + b"\x50" + bytes([kind]) + encode_length(12, len(content)) + content


def _unpacked(tag: bytes, dtype: str) -> bytes:
    return b"".join(tag + value.tobytes() for value in VALUES.astype(dtype).reshape(-1))


@pytest.mark.parametrize(
    "data",
    [
        SHAPE + _unpacked(b"\x2d", "<f4"),
        _unpacked(b"\x2d", "<f4") + SHAPE,
        SHAPE + _unpacked(b"\x41", "<f8"),
        _raw("<f8", 0),
        _raw("<f4", 1),
        _raw("<f2", 2),
        SHAPE
        + encode_length(5, 8)
        + VALUES.tobytes()[:8]
        + encode_length(5, 16)
        + VALUES.tobytes()[8:],
        encode_length(7, 8) + b"\x08\x01\x08\x02\x08\x01\x08\x03" + _unpacked(b"\x2d", "<f4"),
    ],
    ids=["float", "shape last", "double", "raw double", "raw float", "raw half", "chunks", "dims"],
)
def test_encodings(data: bytes) -> None:
    blob = _decode(data)
    assert blob.dtype == np.float32
    np.testing.assert_array_equal(blob, VALUES)


@pytest.mark.parametrize("field", ["data", "double_data"])
@pytest.mark.parametrize(
    "shape",
    [{"shape": {"dim": [1, 2, 1, 3]}}, {"num": 1, "channels": 2, "height": 1, "width": 3}],
)
def test_packed(schema: Schema, field: str, shape: dict[str, Any]) -> None:
    blob = schema.message("BlobProto")(**{field: VALUES.reshape(-1)}, **shape)
    np.testing.assert_array_equal(_decode(blob.SerializeToString()), VALUES)


def test_packed_numbers_are_not_copied() -> None:
    data = bytearray(b"".join(bytes(part) for part in encode_blob(VALUES)))
    blob = _decode(data)
    assert np.shares_memory(blob, np.frombuffer(data, np.uint8))


def test_diff_is_left_alone(schema: Schema) -> None:
    blob = schema.message("BlobProto")(shape={"dim": [1]}, data=[1], diff=[2], double_diff=[3])
    assert _decode(blob.SerializeToString()).tolist() == [1]


def test_no_axes_is_one_number(schema: Schema) -> None:
    assert _decode(schema.message("BlobProto")(data=[3]).SerializeToString()).shape == ()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (SHAPE, r"shape \(1, 2, 1, 3\) needs 6 numbers, the file holds 0"),
        (SHAPE + encode_length(5, 7) + bytes(7), "7 bytes are no whole number of float32"),
        (_raw("<i4", 3), "raw_data of type 3"),
        (b"\x2d\0", "field 5 needs 4 bytes, 1 left"),
    ],
)
def test_errors(data: bytes, error: str) -> None:
    with pytest.raises(BrokenWireError, match=error):
        _decode(data)


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3, 4), (1, 200, 1, 2)])
def test_encoding_is_protobufs_own(schema: Schema, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    encoded = b"".join(bytes(part) for part in encode_blob(values))
    blob = schema.message("BlobProto").FromString(encoded)
    assert tuple(blob.shape.dim) == shape
    np.testing.assert_array_equal(np.array(blob.data, np.float32), values.reshape(-1))
    np.testing.assert_array_equal(_decode(encoded), values)


def test_any_array_can_be_encoded() -> None:
    values = np.arange(6.0).reshape(2, 3).T
    encoded = b"".join(bytes(part) for part in encode_blob(values))
    np.testing.assert_array_equal(_decode(encoded), values)
