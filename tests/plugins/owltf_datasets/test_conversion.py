"""Both ways of a conversion leave nothing behind where they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from owltf_datasets.conversion import convert_folder, convert_list

from owltf.api import OwltfError

FLAGS: dict[str, Any] = {
    "backend": "lmdb",
    "gray": False,
    "resize_height": None,
    "resize_width": None,
    "encoded": False,
    "encode_type": "",
    "check_size": False,
    "skip_bad_records": True,
    "ignore_orientation": False,
    "max_image_pixels": None,
    "plain": True,
    "shuffle": None,
    "seed": 1,
    "force": False,
}


def test_nothing_is_left_where_no_image_can_be_read(flowers: Path) -> None:
    Path("list.txt").write_text("none.png 1\n")
    with pytest.raises(OwltfError, match="none of the 1 images could be read"):
        convert_list("", Path("list.txt"), Path("db"), **FLAGS)
    for image in flowers.rglob("*.png"):
        image.write_text("")
    with pytest.raises(OwltfError, match="none of the 8 images could be read"):
        convert_folder(flowers, Path("db"), 0.2, **FLAGS)
    assert {each.name for each in Path().iterdir()} == {"flowers", "list.txt"}
