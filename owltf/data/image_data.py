"""The ImageData layer: reads the image files that a list names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from owltf.data.bad_records import BadRecords
from owltf.data.data_context import DataContext
from owltf.data.decoded_layer import DecodedLayer
from owltf.data.draws import drawn_skip
from owltf.data.record_order import RecordOrder
from owltf.data.source.image import COLOR, GRAY, Image, decode_image, resize_image
from owltf.data.source.image_list import ListedImage, read_image_list
from owltf.data.source.root_folder import RootFolder
from owltf.data.transform import dims
from owltf.errors import OwltfError


class ImageData(DecodedLayer):
    """Reads image files; its tops are the images and their labels."""

    caffe_type = "ImageData"

    def __init__(self, context: DataContext) -> None:
        """Read the list and its first image.

        Raises:
            OwltfError: if they cannot be read, or a field of the layer does not fit them.
        """
        super().__init__(context)
        parameter = context.parameter.image_data_param
        with context.named_errors():
            context.expect_images_and_labels()
            self.batch_size = context.global_batch(parameter.batch_size)
            self._source = ListedImages.of(context)
            self.records = len(self._source.images)
            bad = BadRecords(context, self.records)
            self.read_from(self._source, self._source.first_shape(bad), bad)
        has_one_size = self._images.transform.fixes_size or self._source.size is not None
        self.may_vary = self.batch_size == 1 and not has_one_size
        if self.batch_size > 1:
            self.one_size = (
                "images of several sizes need new_height and new_width, a crop_size, or "
                "batch_size: 1"
            )
        self.first_position = drawn_skip(context.seed, context.name, parameter.rand_skip)

    def keys(self, position: int) -> Iterator[str]:
        """Yield the names of the images as the list has them, from record `position` on."""
        while True:
            yield self._source.image(position).name
            position += 1

    def labels(self, top: int = 1) -> Iterator[tuple[str, float]]:
        """Yield the name and the label of each image."""
        return ((f"{self._source.listing}:{each.line}", each.label) for each in self._source.images)

    def describe(self) -> str:
        """Return a line that says how many images there are, and of what shape."""
        shuffled = ", shuffled" if self.context.parameter.image_data_param.shuffle else ""
        return (
            f"list {self._source.listing}: {self.records:,} images of "
            f"{dims(self._images.shape)}{shuffled}"
        )


@dataclass(frozen=True)
class ListedImages:
    """The images that a list names, in the order in which they are taken.

    Attributes:
        listing: the list.
        images: its lines.
        folder: where its paths begin.
        order: the order of the lines in each epoch.
        channels: GRAY or COLOR.
        size: the height and width that each is resized to, None to keep its own.
        turn: turn photographs as their EXIF orientation says.
        max_pixels: the pixels that an image may have, None for the usual bound.
    """

    listing: Path
    images: Sequence[ListedImage]
    folder: RootFolder
    order: RecordOrder
    channels: int
    size: tuple[int, int] | None
    turn: bool = True
    max_pixels: int | None = field(default=None)

    @classmethod
    def of(cls, context: DataContext) -> ListedImages:
        """Return the images of a layer.

        Raises:
            OwltfError: if the list is missing or wrong, or one of two sizes is missing.
        """
        parameter = context.parameter.image_data_param
        listing = context.find("source", parameter.source)
        images = read_image_list(listing)
        key = (context.seed, context.name, "shuffle") if parameter.shuffle else None
        return cls(
            listing=listing,
            images=images,
            folder=RootFolder(parameter.root_folder, context, listing.parent),
            order=RecordOrder(len(images), key),
            channels=COLOR if parameter.is_color else GRAY,
            size=_size(parameter),
            turn=not context.net.ignore_orientation,
            max_pixels=context.net.max_image_pixels,
        )

    def image(self, number: int) -> ListedImage:
        """Return the line that a record is read from."""
        return self.images[int(self.order.places(number, 1)[0])]

    def first_shape(self, bad: BadRecords) -> tuple[int, int, int]:
        """Return the (C, H, W) of the first image that can be read."""
        image, _ = bad.first(lambda number: self.load(self.image(number)), self.error)
        height, width, channels = image.shape
        return channels, height, width

    def reader(self) -> Callable[[int, int], Sequence[ListedImage]]:
        """Return a function that gives the lines of consecutive records."""
        return lambda number, count: [
            self.images[place] for place in self.order.places(number, count).tolist()
        ]

    def load(self, item: ListedImage) -> tuple[Image, float]:
        """Return the image of a line, and its label.

        Raises:
            ValueError: if it cannot be read; the message goes on from the image's name.
        """
        try:
            contents = self.folder.read(item.name)
        except OwltfError as error:
            raise ValueError(f"cannot be read: {error}") from error
        image = decode_image(
            contents, self.channels, turn=self.turn, max_pixels=self.max_pixels, name=item.name
        )
        return (image if self.size is None else resize_image(image, self.size)), item.label

    def error(self, number: int, reason: str) -> OwltfError:
        """Return an error that names the line and the file of a record."""
        image = self.image(number)
        return OwltfError(f"{self.listing}:{image.line}: image '{image.name}' {reason}")


def _size(parameter: Any) -> tuple[int, int] | None:
    size = (int(parameter.new_height), int(parameter.new_width))
    if bool(size[0]) != bool(size[1]):
        raise OwltfError(
            f"new_height and new_width must be given both or neither, got {size[0]} and {size[1]}"
        )
    return size if np.prod(size) else None
