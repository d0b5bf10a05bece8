from __future__ import annotations

import numpy as np
import pytest

from owltf.data.source.datum_fields import Field, read_fields


def test_fields():
    record = b"\x08\xac\x02" + b"\x12\x03abc" + b"\x19" + bytes(8) + b"\x20\x01"
    assert list(read_fields(record)) == [
        Field(1, 300, slice(1, 3)),
        Field(2, 0, slice(5, 8)),
        Field(3, 0, slice(9, 17)),
        Field(4, 1, slice(18, 19)),
    ]
    assert list(read_fields(b"")) == []


@pytest.mark.parametrize("after", [b"", b"\x28\x01", b"\x28\x35", b"\x28\xb5\x35"])
def test_floats_that_follow_each_other_are_one_field(after):
    run = b"".join(b"\x35" + np.float32(n).tobytes() for n in range(4))
    _, first, *rest = read_fields(memoryview(b"\x08\x01" + run + after))
    assert first == Field(6, 0, slice(2, 22), tagged=True)
    assert len(rest) == bool(after)


@pytest.mark.parametrize(
    "record",
    [
        b"\x08",
        b"\x08" + b"\x80" * 11,
        b"\x12\x05abc",
        b"\x0b",
        b"\x19\x00",
        b"\x35\x00\x00",
        b"\x00\x00",
    ],
)
def test_not_a_message(record):
    with pytest.raises(ValueError, match=r"."):
        list(read_fields(record))
