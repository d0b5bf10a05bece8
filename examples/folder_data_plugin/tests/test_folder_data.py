"""The batches of a FolderData layer, compared with the images themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import folder_data_plugin
import numpy as np
import pytest

from owltf.api import OwltfError, load_net

NET = """
layer { name: "data" type: "FolderData" top: "data" top: "label"
  image_data_param { source: "flowers" batch_size: 4 new_height: 6 new_width: 5 MORE }
  transform_param { mean_value: 10 } }
"""


@pytest.fixture(scope="session")
def owltf_plugins() -> list[object]:
    """Let owltf's fixtures know the plugin, whether it is installed or not."""
    return [folder_data_plugin]


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Write six images of two classes, and return them as the net should have them."""
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 5, 3), np.uint8)
    for number, image in enumerate(pixels):
        folder = tmp_path / "flowers" / ("daisy" if number < 2 else "rose")
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{number}.png"), image)
    return [image.transpose(2, 0, 1).astype(np.float32) - 10 for image in pixels]


@pytest.fixture
def net(owltf_registry: Any) -> Callable[..., Any]:
    """Return a function that builds the net."""

    def build(more: str = "", **flags: object) -> Any:
        Path("net.prototxt").write_text(NET.replace("MORE", more))
        return load_net("net.prototxt", registry=owltf_registry, **flags)

    return build


def test_batches_go_round(images: list[np.ndarray], net: Callable[..., Any]) -> None:
    """The images come in the order of their names, with the numbers of their folders."""
    loaded = net()
    for first in (0, 4):
        tops = loaded.forward()
        for place in range(4):
            number = (first + place) % 6
            np.testing.assert_array_equal(tops["data"][place], images[number])
            assert tops["label"][place] == (number >= 2)


def test_shuffled_epochs(images: list[np.ndarray], net: Callable[..., Any]) -> None:
    """Each epoch has each image once."""
    loaded = net("shuffle: true")
    labels = np.concatenate([loaded.forward()["label"] for _ in range(3)])
    assert labels.reshape(2, 6).sum(1).tolist() == [4, 4]


def test_a_broken_image_is_named_or_skipped(
    images: list[np.ndarray], net: Callable[..., Any]
) -> None:
    """The next image takes its place."""
    Path("flowers/rose/3.png").write_bytes(b"\x89PNG no more")
    with pytest.raises(OwltfError, match=r"FolderData layer 'data' .* image .*3\.png cannot"):
        net().forward()
    tops = net(skip_bad_records=True).forward()
    np.testing.assert_array_equal(tops["data"][3], images[4])
