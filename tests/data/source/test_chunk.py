from __future__ import annotations

import numpy as np

from owltf.data.source.chunk import Chunk, joined


def test_a_chunk_is_a_sequence_and_gives_rows():
    data = np.arange(20, dtype=np.uint8)
    chunk = Chunk(data, np.array([0, 5, 10, 12]), np.array([2, 2, 2, 4]))
    assert [bytes(each) for each in chunk] == [b"\0\1", b"\5\6", b"\n\x0b", b"\x0c\r\x0e\x0f"]
    assert [bytes(each) for each in chunk[2:]] == [b"\n\x0b", b"\x0c\r\x0e\x0f"]
    view = chunk.rows(np.array([0, 1, 2]))
    assert view.tolist() == [[0, 1], [5, 6], [10, 11]]
    assert np.shares_memory(view, data)
    assert chunk.rows(np.array([0, 2, 1])).tolist() == [[0, 1], [10, 11], [5, 6]]
    assert chunk.rows(np.array([3])).tolist() == [[12, 13, 14, 15]]


def test_joining():
    one = Chunk(np.array([1, 2], np.uint8), np.array([1]), np.array([1]))
    two = Chunk(np.array([3, 4], np.uint8), np.array([0]), np.array([2]))
    assert joined([one]) is one
    assert [bytes(each) for each in joined([one, two, one])] == [b"\2", b"\3\4", b"\2"]


def test_what_lies_around_the_records_is_not_joined():
    data = np.arange(20, dtype=np.uint8)
    chunk = Chunk(data, np.array([9, 5]), np.array([2, 1]))
    nothing = Chunk(data, np.array([], np.intp), np.array([], np.intp))
    both = joined([chunk, nothing, chunk])
    assert [bytes(each) for each in both] == 2 * [b"\x09\x0a", b"\5"]
    assert both.data.tolist() == 2 * [5, 6, 7, 8, 9, 10]
