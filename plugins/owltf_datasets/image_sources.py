"""Finds the images to store: those of Caffe's lists, or of a folder with one for each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from owltf.api import OwltfError, find_images, read_image_list
from owltf_datasets.imageset import Image


@dataclass(frozen=True)
class ClassFolders:
    """A folder with a folder of images for each class.

    Attributes:
        names: the classes, in the order of their names.
        train: the images to train on, class by class.
        test: the images to test on.
    """

    names: Sequence[str]
    train: Sequence[Image]
    test: Sequence[Image]

    @classmethod
    def of(cls, folder: Path, test_fraction: float, seed: int) -> ClassFolders:
        """Find the images, and draw those to test on: the same part of each class.

        Args:
            folder: the folder.
            test_fraction: the part of each class to test on, from 0 to 1.
            seed: what is drawn depends on it alone.

        Raises:
            OwltfError: if there are no such folders, or one holds no images.
        """
        if not folder.is_dir():
            raise OwltfError(f"{folder}: no such folder")
        classes = sorted(each for each in folder.iterdir() if _is_class(each))
        if not classes:
            raise OwltfError(f"{folder} has no folder of images for each class")
        train: list[Image] = []
        test: list[Image] = []
        for label, each in enumerate(classes):
            images = [_image(folder, file.path, label) for file in find_images([each])]
            order = np.random.default_rng((seed, label)).permutation(len(images))
            drawn = set(order[: round(test_fraction * len(images))].tolist())
            test += (image for place, image in enumerate(images) if place in drawn)
            train += (image for place, image in enumerate(images) if place not in drawn)
        return cls([each.name for each in classes], train, test)


def listed_images(root: str, listing: Path) -> list[Image]:
    """Return the images of a list.

    Args:
        root: what Caffe puts in front of each path: a folder that ends in a slash.
        listing: the list: a path and a label on each line.

    Raises:
        OwltfError: if the list cannot be read, or a line has no label.
    """
    if not root.endswith("/") and Path(root).is_dir():
        root += "/"
    return [
        Image(each.name, Path(root + each.name), each.label, f"{listing}:{each.line}")
        for each in read_image_list(listing)
    ]


def _is_class(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _image(folder: Path, path: Path, label: int) -> Image:
    name = str(path.relative_to(folder))
    if len(name.splitlines()) != 1 or name != name.strip():
        raise OwltfError(f"{str(path)!r}: no list can hold a name like this; rename the file")
    return Image(name, path, label, str(folder))
