"""Contact sheets of images of any size and type."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from owltf_datasets.contact_sheet import write_sheet

from owltf.api import OwltfError


def test_images_of_all_kinds(here: Path) -> None:
    blue = np.zeros((3, 40, 20), np.uint8)
    blue[0] = 255
    floats = np.linspace(-5, 5, 4, dtype=np.float32).reshape(1, 2, 2)
    write_sheet(Path("a.png"), [(blue, 1), (floats, 2), (blue[:1, :1, :1], 3)])
    sheet = cv2.imread("a.png")
    assert sheet[50, 4 + 48].tolist() == [255, 0, 0]
    assert sheet[50, 4 + 2].tolist() == [255, 255, 255]
    assert sheet[10, 110].tolist() == [0, 0, 0]
    assert sheet[90, 190].tolist() == [255, 255, 255]


def test_what_is_no_image(here: Path) -> None:
    for images in ([], [(np.zeros(5, np.float32), 1)]):
        with pytest.raises(OwltfError, match="image"):
            write_sheet(Path("a.png"), images)
    assert not Path("a.png").exists()
