"""A data set of squares in the folders of VOC, and the messages of owltf_ssd, for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

OBJECT = (
    "<object><name>{}</name><difficult>{}</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin>"
    "<xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"
)


@cache
def registry() -> Registry:
    """Return what owltf_ssd brings."""
    import owltf_ssd

    manager = make_manager([])
    manager.register(owltf_ssd, name="owltf_ssd")
    return Registry(manager)


def message(name: str, **fields: Any) -> Any:
    """Return a message of owltf_ssd."""
    return registry().schema.message(f"owltf_ssd.{name}")(**fields)


def make_voc(folder: Path, count: int = 6) -> Path:
    """Write images of a bright square each, 40 wide and 20 high; every other one is difficult."""
    rng = np.random.default_rng(3)
    for part in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        image = rng.integers(0, 60, (20, 40, 3), np.uint8)
        left, top = int(rng.integers(30)), int(rng.integers(10))
        image[top : top + 10, left : left + 10] = 200
        cv2.imwrite(str(folder / "JPEGImages" / f"{number}.png"), image)
        name = ("square", "other")[number % 2]
        item = OBJECT.format(name, number % 2, left, top, left + 10, top + 10)
        (folder / "Annotations" / f"{number}.xml").write_text(
            f"<annotation><filename>{number}.png</filename>{item}</annotation>"
        )
    (folder / "ImageSets" / "Main" / "some.txt").write_text("1\n0\n")
    return folder
