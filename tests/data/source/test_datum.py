from __future__ import annotations

import numpy as np
import pytest

from owltf.data.source.datum import BadRecordError, read_blocks, read_layout


def image(n, shape=(2, 3, 4), dtype=np.uint8):
    return np.random.default_rng(n).integers(0, 256, shape).astype(dtype)


def together(records):
    """Put values and labels of all blocks back in order."""
    blocks = list(read_blocks(records))
    values = {
        place: value
        for places, block in blocks
        for place, value in zip(places, block.values(), strict=True)
    }
    labels = {
        place: label
        for places, block in blocks
        for place, label in zip(places, block.labels(), strict=True)
    }
    return (
        [values[n] for n in range(len(records))],
        [labels[n] for n in range(len(records))],
        blocks,
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(
    ("labels", "count"),
    [
        ([0, 5, 127], 1),
        ([0, 128, 200, 300, 5], 2),
        ([-1, 2**31 - 1, -(2**31)], 2),
        ([None, None], 1),
        ([None, 7], 2),
    ],
)
def test_blocks(labels, count, dtype, make_datum):
    images = [image(n, dtype=dtype) for n in range(len(labels))]
    values, found, blocks = together(
        [make_datum(*pair) for pair in zip(images, labels, strict=True)]
    )
    np.testing.assert_array_equal(values, images)
    assert found == [label or 0 for label in labels]
    assert len(blocks) == count


def test_large_records(make_datum):
    images = [image(n, (3, 120, 120)) for n in range(3)]
    values, _, blocks = together([memoryview(make_datum(each, 1)) for each in images])
    np.testing.assert_array_equal(values, images)
    assert len(blocks) == 1


def test_records_of_one_length_and_several_layouts(make_datum):
    images = [image(0, (1, 2, 6)), image(1, (1, 6, 2)), image(2, (1, 3, 4)), image(3, (1, 2, 6))]
    values, labels, blocks = together([make_datum(each, n) for n, each in enumerate(images)])
    assert all(np.array_equal(*pair) for pair in zip(values, images, strict=True))
    assert labels == [0, 1, 2, 3]
    assert len(blocks) == 4


def test_fields_in_any_order():
    backwards = b"\x28\x09" + b"\x22\x02ab" + b"\x18\x02\x10\x01\x08\x01"
    values, labels, _ = together([backwards, backwards.replace(b"ab", b"cd")])
    assert [value.tobytes() for value in values] == [b"ab", b"cd"]
    assert labels == [9, 9]


def test_packed_floats():
    floats = np.float32([1.5, -2]).tobytes()
    record = b"\x08\x01\x10\x01\x18\x02" + b"\x32\x08" + floats + b"\x28\x03"
    (values,), labels, _ = together([record])
    np.testing.assert_array_equal(values.ravel(), [1.5, -2])
    assert labels == [3]


def test_layout(make_datum):
    layout = read_layout(make_datum(image(0), -3))
    assert layout.shape == (2, 3, 4)
    assert layout.label_value == -3
    assert layout.dtype == np.uint8
    assert layout.mismatch() is None
    assert not layout.encoded
    assert read_layout(make_datum(b"file")).encoded
    assert read_layout(make_datum(image(0, dtype=np.float32))).dtype == np.float32


def test_mismatch():
    layout = read_layout(b"\x08\x01\x10\x02\x18\x02\x22\x01x")
    assert layout.mismatch() == "holds 1 values where an image of 1x2x2 needs 4"


def test_a_record_is_no_datum(make_datum):
    with pytest.raises(BadRecordError, match="is not a Datum") as caught:
        list(read_blocks([make_datum(image(0)), b"garbage"]))
    assert caught.value.place == 1
