from __future__ import annotations

import struct

import numpy as np
import pytest

from owltf.data.source.lmdb_leaves import NOTHING, BrokenLmdbError, find_records

SIZE = 256


def page(*nodes, flags=2, lower=None):
    """Lay out a page: (key, value) of a record, or (key, size, page) of a large one."""
    body, places, end = bytearray(SIZE), [], SIZE
    for key, value, *own in nodes:
        content = struct.pack("<Q", own[0]) if own else value
        size = value if own else len(value)
        node = struct.pack("<HHHH", size & 65535, size >> 16, bool(own), len(key)) + key + content
        end -= len(node) + len(node) % 2
        body[end : end + len(node)] = node
        places.append(end)
    body[16 : 16 + 2 * len(places)] = struct.pack(f"<{len(places)}H", *places)
    lower = 16 + 2 * len(places) if lower is None else lower
    body[:16] = struct.pack("<QHHHH", 7, 0, flags, lower, end)
    return bytes(body)


def find(*pages):
    array = np.frombuffer(b"".join(pages), np.uint8).reshape(-1, SIZE)
    return find_records(array, np.arange(7, 7 + len(pages)))


def test_records_of_several_pages():
    found = find(page((b"a", b"one"), (b"bb", b"")), page(), page((b"c", 70_000, 9)))
    assert [found.key(index) for index in range(len(found))] == [b"a", b"bb", b"c"]
    assert found.sizes.tolist() == [3, 0, 70_000]
    assert found.pages.tolist() == [-1, -1, 9]
    start = found.starts[0]
    assert found.data[start : start + 3].tobytes() == b"one"
    assert [len(found.part(1, 3)), len(NOTHING)] == [2, 0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (page(flags=1), "page 8 is not what it should be"),
        (page(lower=4096), "page 8 is shorter than its records"),
        (page((b"a", b"x")).replace(b"\x01\x00\x00\x00\x00\x00\x01", b"\xff" * 7), "several"),
        (page((b"a", 300, 9)).replace(b"\x01\x00\x01\x00a", b"\x00\x00\x01\x00a"), "shorter than"),
    ],
)
def test_damaged_pages(wrong, said):
    with pytest.raises(BrokenLmdbError, match=said):
        find(page((b"a", b"one")), wrong)
