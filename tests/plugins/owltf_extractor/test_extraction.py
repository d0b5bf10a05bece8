"""From names to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from image_case import CROP, Images
from owltf_extractor.extraction import Extraction, ExtractOptions
from owltf_extractor.formats.writer import KEY, LABEL
from read_back import load_npz

from owltf.api import Net, OwltfError, choose_devices, load_net


@pytest.fixture
def net(images: Images) -> Net:
    return load_net("net.prototxt", weights="net.caffemodel")


def plan(net: Net, iterations: int | None = None, **wishes: Any) -> tuple[Extraction, list[str]]:
    """Return an extraction of `ip` into f.npz, and what it tells."""
    told: list[str] = []
    made = ExtractOptions(**{"names": ["ip"], "out": "f.npz", **wishes})
    return Extraction.of(net, made, iterations, told.append), told


@pytest.mark.parametrize(("iterations", "batches", "rows"), [(None, 3, 22), (2, 2, 16), (4, 4, 32)])
def test_it_counts_batches_and_rows(
    net: Net, iterations: int | None, batches: int, rows: int
) -> None:
    extraction, _ = plan(net, iterations)
    advanced: list[None] = []
    assert extraction.total == batches
    assert extraction.run(choose_devices(), lambda: advanced.append(None)) == rows
    assert len(advanced) == batches
    assert load_npz(Path("f.npz"))["ip"].shape == (rows, 4)


def test_labels_and_keys_are_written_if_wished(net: Net, images: Images) -> None:
    extraction, _ = plan(net, with_labels=True, with_keys=True)
    extraction.run(choose_devices())
    found = load_npz(Path("f.npz"))
    assert list(found) == [KEY, LABEL, "ip"]
    np.testing.assert_array_equal(found[LABEL].ravel(), images.labels)


@pytest.fixture
def photos(images: Images) -> Path:
    """Nine images, one of them broken, and a list with labels."""
    folder = Path("photos")
    folder.mkdir()
    for number, image in enumerate(images.crops(1, 2)[:9]):
        pixels = tf.cast(image.transpose(1, 2, 0), tf.uint8)
        tf.io.write_file(str(folder / f"{number}.png"), tf.io.encode_png(pixels))
    (folder / "4.png").write_bytes(b"\x89PNG no more")
    (folder / "list.txt").write_text("".join(f"{number}.png {number}\n" for number in range(9)))
    return folder


def test_images_are_counted_before_any_is_left_out(net: Net, photos: Path) -> None:
    extraction, told = plan(net, images=[str(photos / "list.txt")], skip_bad=True, with_labels=True)
    assert (extraction.total, told) == (2, [])
    assert extraction.run(choose_devices()) == 8
    assert told == ["Skipped: photos/4.png: not a whole JPEG, PNG, GIF, BMP or PNM image"]
    labels = load_npz(Path("f.npz"))[LABEL].ravel().tolist()
    assert labels == [number for number in range(9) if number != 4]


def test_settings_prepare_images(net: Net, photos: Path) -> None:
    image = np.arange(CROP * CROP * 3).reshape(CROP, CROP, 3).astype(np.uint8)
    tf.io.write_file("one.png", tf.io.encode_png(image))
    settings = {"resize": (CROP, CROP), "mean": "1,2,3", "scale": 0.5, "channel_order": "rgb"}
    extraction, _ = plan(net, names=["data"], images=["one.png"], settings=settings)
    extraction.run(choose_devices())
    wanted = (image.transpose(2, 0, 1) - np.array([1, 2, 3]).reshape(3, 1, 1)) * 0.5
    np.testing.assert_array_equal(load_npz(Path("f.npz"))["data"][0], wanted)


def test_what_cannot_be_written_beside(net: Net, photos: Path) -> None:
    with pytest.raises(OwltfError, match="--with-labels: there are no labels"):
        plan(net, images=[str(photos)], with_labels=True)
    with pytest.raises(OwltfError, match="'label' is a blob of the net and is written already"):
        plan(net, names=["label"], with_labels=True)
