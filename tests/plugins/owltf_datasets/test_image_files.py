"""Image files, in colour, the bad ones told."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from owltf_datasets.image_files import ImageFilesSource
from owltf_datasets.image_sources import ClassFolders

from owltf.api import OwltfError


def test_images_in_order(flowers: Path) -> None:
    (flowers / "daisy" / "1.png").write_text("no image")
    files = ClassFolders.of(flowers, 0, 0).train
    errors: list[OwltfError] = []
    found = list(ImageFilesSource("flowers", files).images(errors.append, None))
    assert [int(each.numbers[0]) for each in found] == [0, *range(2, 10)]
    assert [int(each.labels[0]) for each in found] == [0] * 5 + [1] * 4
    assert [str(each) for each in errors] == [
        f"{flowers}: {flowers}/daisy/1.png: cannot be decoded as an image"
    ]
    pixels = cv2.imread(str(flowers / "rose" / "9.png"))
    np.testing.assert_array_equal(found[-1].pixels[0], pixels.transpose(2, 0, 1))
