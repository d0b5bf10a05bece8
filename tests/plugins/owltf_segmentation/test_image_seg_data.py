"""ImageSegData reads images, labels and sizes, and pads what is smaller than the crop."""

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


def net(folder: Path, fields: str, transform: str = "", tops: int = 3, phase: str = "TEST") -> Any:
    names = ("data", "label", "data_dim")[:tops]
    (folder / "net.prototxt").write_text(
        f'layer {{ name: "d" type: "ImageSegData" {" ".join(f"top: {name!r}" for name in names)} '
        f'transform_param {{ {transform} }} image_data_param {{ source: "{folder}/list.txt" '
        f"{fields} }} }}"
        f'layer {{ name: "s" type: "Silence" {" ".join(f"bottom: {name!r}" for name in names)} }}'
    )
    with use_plugins(owltf_segmentation) as registry:
        return load_net(folder / "net.prototxt", registry=registry, phase=phase)


def test_small_images_are_padded(tmp_path: Path) -> None:
    images, labels = write_pairs(tmp_path, [(6, 8), (9, 7)])
    fields = "batch_size: 2 label_type: PIXEL ignore_label: 99"
    built = net(tmp_path, fields, "crop_size: 8 mean_value: 10 scale: 0.5")
    assert built.blob_shapes["data_dim"] == (2, 1, 1, 2)
    (batch,) = batches(built, 1)
    wanted = np.zeros((3, 8, 8), np.float32)
    wanted[:, :6] = (images[0] - 10) / 2
    np.testing.assert_allclose(batch["data"][0], wanted)
    assert (batch["label"][0, 0, 6:] == 99).all()
    np.testing.assert_array_equal(batch["label"][0, 0, :6], labels[0])
    # The second one is cut in the middle of its rows, and gets a column.
    np.testing.assert_array_equal(batch["label"][1, 0, :, :7], labels[1][0:8])
    assert batch["data_dim"].reshape(2, 2).tolist() == [[6, 8], [9, 7]]


def test_a_label_may_be_a_number_or_missing(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "list.txt").write_text("0.png 5\n1.png 7\n")
    (batch,) = batches(net(tmp_path, "batch_size: 2", tops=2), 1)
    assert batch["label"].tolist() == [5, 7]
    (tmp_path / "list.txt").write_text("0.png\n1.png\n")
    built = net(tmp_path, "batch_size: 2 label_type: NONE", tops=1)
    assert list(built.blob_shapes) == ["data"]


def test_factors_change_the_size_in_training(tmp_path: Path) -> None:
    images, _ = write_pairs(tmp_path)
    fields, transform = "batch_size: 1 label_type: PIXEL", "crop_size: 12 scale_factors: 2"
    (batch,) = batches(net(tmp_path, fields, transform, phase="TRAIN"), 1)
    assert batch["label"].shape == (1, 1, 12, 12)
    assert batch["data"].max() <= max(image.max() for image in images)


@pytest.mark.parametrize(
    ("tops", "fields", "told"),
    [
        (1, "label_type: PIXEL", "label_type PIXEL needs 2 tops or 3, got 1"),
        (2, "label_type: PIXEL new_height: 3", "must be given both or neither"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, tops: int, fields: str, told: str) -> None:
    write_pairs(tmp_path)
    with pytest.raises(OwltfError, match=told):
        net(tmp_path, f"batch_size: 1 {fields}", tops=tops)
