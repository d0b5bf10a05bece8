"""DenseImageData reads images and their labels' images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import owltf_segmentation
import pytest
from pair_files import batches, write_pairs

from owltf.api import load_net
from owltf.errors import OwltfError
from owltf.testing import use_plugins


def net(folder: Path, fields: str, phase: str = "TEST", more: str = "") -> Any:
    text = (
        f'layer {{ name: "d" type: "DenseImageData" top: "data" top: "label" {more} '
        f'dense_image_data_param {{ source: "{folder}/list.txt" batch_size: 2 {fields} }} }}'
        'layer { name: "s" type: "Silence" bottom: "data" bottom: "label" }'
    )
    (folder / "net.prototxt").write_text(text)
    with use_plugins(owltf_segmentation) as registry:
        return load_net(folder / "net.prototxt", registry=registry, phase=phase)


def test_images_and_labels_in_the_lists_order(tmp_path: Path) -> None:
    images, labels = write_pairs(tmp_path)
    built = net(tmp_path, "")
    assert built.blob_shapes == {"data": (2, 3, 6, 8), "label": (2, 1, 6, 8)}
    first, second = batches(built, 2)
    np.testing.assert_array_equal(first["data"], images[:2])
    np.testing.assert_array_equal(first["label"][:, 0], labels[:2])
    np.testing.assert_array_equal(second["data"], [images[2], images[0]])


def test_crops_and_mirrors_are_those_of_both(tmp_path: Path) -> None:
    images, labels = write_pairs(tmp_path)
    built = net(tmp_path, "crop_height: 4 crop_width: 5 mirror: true shuffle: true", "TRAIN")
    assert built.blob_shapes["label"] == (2, 1, 4, 5)
    for batch in batches(built, 4):
        for image, label in zip(batch["data"], batch["label"][:, 0], strict=True):
            assert (image, label) in _cuts(images, labels)


class _cuts:  # noqa: N801
    """All cuts of 4x5, mirrored or not."""

    def __init__(self, images: Any, labels: Any) -> None:
        self.pairs = list(zip(images, labels, strict=True))

    def __contains__(self, pair: Any) -> bool:
        return any(
            np.array_equal(pair[0], image[:, y : y + 4, x : x + 5][:, :, ::step])
            and np.array_equal(pair[1], label[y : y + 4, x : x + 5][:, ::step])
            for image, label in self.pairs
            for y in range(3)
            for x in range(4)
            for step in (1, -1)
        )


def test_a_resized_label_is_one_of_its_image(tmp_path: Path) -> None:
    _, labels = write_pairs(tmp_path)
    built = net(tmp_path, "new_height: 3 new_width: 4", more="transform_param { mean_value: 250 }")
    (batch,) = batches(built, 1)
    np.testing.assert_array_equal(batch["label"][0, 0], labels[0][::2, ::2])
    assert batch["data"].min() < 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0.png", "list.txt:1: a line must be two paths"),
        ("0.png none.png", "none.png"),
        ("0.png list.txt", "list.txt:1: image '0.png'"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    write_pairs(tmp_path)
    (tmp_path / "list.txt").write_text(line + "\n")
    with pytest.raises(OwltfError, match=told):
        net(tmp_path, "")


def test_labels_of_another_size_are_refused(tmp_path: Path) -> None:
    write_pairs(tmp_path, [(6, 8), (5, 8)])
    (tmp_path / "list.txt").write_text("0.png label1.png\n")
    with pytest.raises(OwltfError, match="and its labels 'label1.png'"):
        net(tmp_path, "")
