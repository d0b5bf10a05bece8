"""Goes through image files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from owltf.api import OwltfError
from owltf_datasets.database_images import Bad, Images
from owltf_datasets.image_record import ImageForm, ImageRecord
from owltf_datasets.imageset import Image
from owltf_datasets.in_parallel import in_parallel


class ImageFilesSource:
    """The image files of a list or of a folder.

    Attributes:
        name: its name in messages.
        count: the number of images.
        classes: the classes' names, if they are known.
    """

    def __init__(self, name: str, images: Sequence[Image], classes: Sequence[str] = ()) -> None:
        """Keep the images."""
        self.name, self.classes, self.count = name, classes, len(images)
        self._images = images

    def images(self, bad: Bad, max_pixels: int | None) -> Iterator[Images]:
        """Yield the images in colour, one by one."""
        load = partial(_load, ImageForm(max_pixels=max_pixels))
        found = in_parallel(load, self._images)
        for number, (image, record) in enumerate(zip(self._images, found, strict=True)):
            if isinstance(record, OwltfError):
                bad(OwltfError(f"{image.where}: {record}"))
            elif record.datum.image is not None:
                labels = np.array([image.label])
                yield Images(np.array([number]), record.datum.image[None], labels, encoded=True)


def _load(form: ImageForm, image: Image) -> ImageRecord | OwltfError:
    try:
        return form.record(Path(image.path), image.label)
    except OwltfError as error:
        return error
