"""Lists of images and labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from owltf_segmentation.image_pairs import IMAGE, NONE, PIXEL, Pair, nearest, read_pairs

from owltf.errors import OwltfError


@pytest.mark.parametrize(
    ("kind", "line", "pair"),
    [
        (PIXEL, "a.jpg b.png", Pair("a.jpg", "b.png", 2)),
        (IMAGE, "a b.jpg 3", Pair("a b.jpg", "3", 2)),
        (NONE, "a b.jpg", Pair("a b.jpg", "", 2)),
    ],
)
def test_lines_of_each_kind(tmp_path: Path, kind: str, line: str, pair: Pair) -> None:
    (tmp_path / "list").write_text(f"\n{line}\n")
    assert read_pairs(tmp_path / "list", kind) == [pair]


@pytest.mark.parametrize(("data", "told"), [(b"\n", "names no images"), (b"\xff", "is not a list")])
def test_what_is_no_list(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(OwltfError, match=told):
        read_pairs(tmp_path / "list", PIXEL)


def test_the_nearest_label() -> None:
    labels = np.arange(6).reshape(2, 3)
    assert nearest(labels, (4, 3)).tolist() == [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4, 5]]
