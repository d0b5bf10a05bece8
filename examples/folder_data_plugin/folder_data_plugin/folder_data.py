"""The FolderData layer: reads a folder that has a folder of images for each class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.api import (
    BadRecords,
    DataContext,
    DecodedLayer,
    ImageFile,
    OwltfError,
    RecordOrder,
    find_images,
    read_image,
    resize_image,
)

_CHANNELS = 3


class FolderData(DecodedLayer):
    """Reads images by class; the classes are the folders in the order of their names."""

    caffe_type = "FolderData"

    def __init__(self, context: DataContext) -> None:
        """Find the images.

        Raises:
            OwltfError: if the folder is missing or has no images, or a field does not fit.
        """
        super().__init__(context)
        parameter = context.parameter.image_data_param
        with context.named_errors():
            self.batch_size = context.global_batch(parameter.batch_size)
            size = (parameter.new_height, parameter.new_width)
            if not all(size):
                raise OwltfError("new_height and new_width must be given")
            self._found = _ImagesByClass.of(context, size)
            self.records = len(self._found.files)
            bad = BadRecords(context, self.records)
            self.read_from(self._found, (_CHANNELS, *size), bad)

    def keys(self, position: int) -> Iterator[str]:
        """Yield the paths of the images, from record `position` on."""
        while True:
            yield str(self._found.file(position).path)
            position += 1

    def labels(self, top: int = 1) -> Iterator[tuple[str, float]]:
        """Yield the path and the class of each image."""
        return ((str(file.path), file.label or 0) for file in self._found.files)

    def describe(self) -> str:
        """Return a line that says how many images and classes there are."""
        classes = len({file.label for file in self._found.files})
        return f"folder {self._found.folder}: {self.records:,} images of {classes} classes"


@dataclass(frozen=True)
class _ImagesByClass:
    """An `ImageSource`: what a `DecodedLayer` asks of whatever holds images."""

    folder: Path
    files: Sequence[ImageFile]
    order: RecordOrder
    size: tuple[int, int]
    max_pixels: int | None

    @classmethod
    def of(cls, context: DataContext, size: tuple[int, int]) -> _ImagesByClass:
        parameter = context.parameter.image_data_param
        folder = context.find("source", parameter.source)
        classes = sorted(each for each in folder.iterdir() if each.is_dir())
        if not classes:
            raise OwltfError(f"source {folder} has no folder of images for each class")
        files = [
            ImageFile(image.path, label)
            for label, each in enumerate(classes)
            for image in find_images([each])
        ]
        key = (context.seed, context.name, "shuffle") if parameter.shuffle else None
        order = RecordOrder(len(files), key)
        return cls(folder, files, order, size, context.net.max_image_pixels)

    def file(self, number: int) -> ImageFile:
        return self.files[int(self.order.places(number, 1)[0])]

    def reader(self) -> Callable[[int, int], Sequence[ImageFile]]:
        return lambda number, count: [
            self.files[place] for place in self.order.places(number, count).tolist()
        ]

    def load(self, item: ImageFile) -> tuple[Any, float]:
        try:
            image = read_image(item.path, _CHANNELS, max_pixels=self.max_pixels)
        except OwltfError as error:
            raise ValueError(f"cannot be read: {error}") from error
        return resize_image(image, self.size), item.label or 0

    def error(self, number: int, reason: str) -> OwltfError:
        return OwltfError(f"image {self.file(number).path} {reason}")
