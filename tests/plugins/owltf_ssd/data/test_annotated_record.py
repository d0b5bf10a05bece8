from __future__ import annotations

import cv2
import numpy as np
import pytest
from made_shapes import message
from owltf_ssd.data.annotated_record import make_record, read_record

KIND = type(message("AnnotatedDatum"))
ROWS = np.array(
    [[2, 0, 0, 0, 1, 0.5, 1], [1, 0, 0.25, 0, 1, 1, 0], [2, 1, 0, 0, 0.5, 0.5, 0]], np.float32
)


def test_there_and_back() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    record = make_record(KIND, cv2.imencode(".png", image)[1].tobytes(), ROWS)
    found, rows = read_record(KIND, record, None)
    np.testing.assert_array_equal(found, image)
    np.testing.assert_array_equal(rows, ROWS[[1, 0, 2]])


def test_pixels_that_are_stored_as_they_are() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(3, 2, 4)
    made = KIND()
    made.datum.channels, made.datum.height, made.datum.width = image.shape
    made.datum.data = image.tobytes()
    found, rows = read_record(KIND, made.SerializeToString(), None)
    np.testing.assert_array_equal(found, image.transpose(1, 2, 0))
    assert rows.shape == (0, 7)
    made.datum.height = 3
    with pytest.raises(ValueError, match="holds 24 values where an image of 3x3x4 needs 36"):
        read_record(KIND, made.SerializeToString(), None)


@pytest.mark.parametrize("record", [b"\xff\xff", b""])
def test_what_is_none(record: bytes) -> None:
    with pytest.raises(ValueError, match="is not an AnnotatedDatum"):
        read_record(KIND, record, None)
