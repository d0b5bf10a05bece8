"""Pictures without Graphviz."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from owltf_pictures.net_layers import Box, Drawing
from owltf_pictures.net_picture import write_net_picture


def test_boxes_arrows_and_names(tmp_path: Path) -> None:
    boxes = [Box("first", "Convolution"), Box("second", "Pooling"), Box("third", "Concat")]
    drawing = Drawing("net", boxes, [(0, 1), (1, 2), (0, 2)])
    write_net_picture(tmp_path / "a.png", drawing)
    pixels = cv2.imread(str(tmp_path / "a.png"))
    found = {tuple(pixel) for pixel in pixels.reshape(-1, 3)[:, ::-1].tolist()}
    assert {(0xFF, 0xD6, 0xD6), (0xFF, 0xE8, 0xC2), (0xD6, 0xE8, 0xFF)} <= found
    assert (np.abs(pixels.astype(int) - 0x80).max(2) < 2).sum() > 50
    write_net_picture(tmp_path / "a.svg", drawing)
    text = (tmp_path / "a.svg").read_text()
    assert all(f">{name}</text>" in text for name in ("first", "second", "third"))


def test_a_very_deep_net_is_no_picture_too_large(tmp_path: Path) -> None:
    count = 700
    arrows = [(number, number + 1) for number in range(count - 1)]
    boxes = [Box(f"layer{number}", "ReLU") for number in range(count)]
    write_net_picture(tmp_path / "a.png", Drawing("deep", boxes, arrows))
    assert cv2.imread(str(tmp_path / "a.png")).shape[0] <= 30_001
