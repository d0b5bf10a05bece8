from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from owltf_detector.drawing import drawn, write_drawing

IMAGE = np.zeros((60, 80, 3), np.uint8)
BOXES = [(1, "cat 0.9", (10.0, 20.0, 50.0, 40.0)), (2, "Hündchen", (-5.0, -5.0, 90.0, 70.0))]


def test_boxes_lie_where_they_are() -> None:
    found = drawn(IMAGE, BOXES)
    colour = found[40, 30]
    assert colour.any()
    assert (found[20:41, 10] == colour).all()
    assert (found[40, 10:51] == colour).all()
    assert not found[30, 20:40].any()
    assert not IMAGE.any()


def test_a_file(tmp_path: Path) -> None:
    write_drawing(tmp_path / "a.png", IMAGE, BOXES)
    read = cv2.imread(str(tmp_path / "a.png"))
    assert read is not None
    np.testing.assert_array_equal(read, drawn(IMAGE, BOXES))
