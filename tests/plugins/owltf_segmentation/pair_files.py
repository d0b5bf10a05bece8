"""Writes images, images of labels, and lists of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

SIZES = [(6, 8), (6, 8), (6, 8)]


def write_pairs(folder: Path, sizes: Any = SIZES) -> tuple[list[Any], list[Any]]:
    """Write `list.txt` and its files, and return the images (C, H, W) in BGR and the labels."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    labels = [rng.integers(0, 20, size, dtype=np.uint8) for size in sizes]
    lines = []
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        for name, pixels in ((f"{number}.png", image), (f"label{number}.png", label[..., None])):
            (folder / name).write_bytes(tf.io.encode_png(pixels).numpy())
        lines.append(f"{number}.png label{number}.png\n")
    (folder / "list.txt").write_text("".join(lines))
    return [np.moveaxis(image[..., ::-1], 2, 0).astype(np.float32) for image in images], labels


def batches(net: Any, count: int) -> list[dict[str, Any]]:
    """Return the first batches of the net's own data, by blob."""
    dataset = net.sources[0].layer.dataset(0)
    found = [tuple(map(np.asarray, batch)) for batch in dataset.take(count)]
    return [dict(zip(net.sources[0].tops, batch, strict=True)) for batch in found]
