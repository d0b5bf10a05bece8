"""Draws images of squares and circles, and says where they are, in the folders of VOC."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

SIDE = 96
COUNTS = {"train": 600, "test": 100}
OBJECT = (
    "  <object><name>{}</name><difficult>0</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin>"
    "<xmax>{}</xmax><ymax>{}</ymax></bndbox></object>\n"
)


def draw(rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Return an image of one to three shapes, and its objects as VOC writes them."""
    image = rng.integers(0, 80, (SIDE, SIDE, 3), np.uint8)
    taken, objects = np.zeros((SIDE, SIDE), bool), ""
    for _ in range(rng.integers(1, 4)):
        size = int(rng.integers(16, 45))
        left, top = map(int, rng.integers(0, SIDE - size, 2))
        if taken[top : top + size, left : left + size].any():
            continue
        taken[top : top + size, left : left + size] = True
        color = tuple(map(int, rng.integers(130, 256, 3)))
        name = ("square", "circle")[int(rng.integers(2))]
        right, bottom = left + size - 1, top + size - 1
        if name == "square":
            cv2.rectangle(image, (left, top), (right, bottom), color, -1)
        else:
            half = size // 2
            cv2.circle(image, (left + half, top + half), half, color, -1)
        objects += OBJECT.format(name, left, top, right + 1, bottom + 1)
    return image, objects


def main(folder: Path) -> None:
    """Write the images, their annotations and the lists."""
    rng = np.random.default_rng(1)
    for part in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for part, count in COUNTS.items():
        names = [f"{part}{number:04d}" for number in range(count)]
        (folder / "ImageSets" / "Main" / f"{part}.txt").write_text("\n".join(names) + "\n")
        for name in names:
            image, objects = draw(rng)
            cv2.imwrite(str(folder / "JPEGImages" / f"{name}.jpg"), image)
            (folder / "Annotations" / f"{name}.xml").write_text(
                f"<annotation>\n  <filename>{name}.jpg</filename>\n{objects}</annotation>\n"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
