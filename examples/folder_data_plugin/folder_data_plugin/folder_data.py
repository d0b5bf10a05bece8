"""The FolderData layer: reads a folder that has a folder of images for each class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.api import (
    BadRecords,
    DataContext,
    DataLayer,
    DecodedImages,
    ImageFile,
    OwltfError,
    RecordOrder,
    find_images,
    read_ahead,
    read_image,
    read_transform,
    resize_image,
)

_CHANNELS = 3


class FolderData(DataLayer):
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
            self._images = _ImagesByClass.of(context, size)
            shape = (_CHANNELS, *size)
            transform = read_transform(context, shape)
        self.records = len(self._images.files)
        self.bad_records = BadRecords(context, self.records)
        self._decoded = DecodedImages(self._images, shape, transform, self.bad_records)
        self.top_shapes = ((self.batch_size, *transform.output_shape(shape)), (self.batch_size,))

    def dataset(self, position: int) -> Any:
        """Return an endless dataset of (images, labels) from record `position` on."""
        return read_ahead(self._decoded.dataset(self, position), 2)

    def keys(self, position: int) -> Iterator[str]:
        """Yield the paths of the images, from record `position` on."""
        while True:
            yield str(self._images.file(position).path)
            position += 1

    def labels(self, top: int = 1) -> Iterator[tuple[str, float]]:
        """Yield the path and the class of each image."""
        return ((str(file.path), file.label or 0) for file in self._images.files)

    def describe(self) -> str:
        """Return a line that says how many images and classes there are."""
        classes = len({file.label for file in self._images.files})
        return f"folder {self._images.folder}: {self.records:,} images of {classes} classes"


@dataclass(frozen=True)
class _ImagesByClass:
    """An `ImageSource`: what `DecodedImages` asks of whatever holds images."""

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
