"""The WindowData layer: draws windows of images, some with objects and some of background."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.caffe.net.read import read_mean
from owltf.data.bad_records import BadRecords
from owltf.data.begun import Begun
from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.decoded_images import in_threads, several
from owltf.data.draws import record_words, stream_key
from owltf.data.float_images import FloatImages
from owltf.data.pipeline import batch_signature, read_ahead, read_chunks
from owltf.data.source.image import COLOR, Image, decode_image
from owltf.data.source.recent_images import RecentImages
from owltf.data.source.root_folder import RootFolder
from owltf.data.source.window_file import Window, read_window_file
from owltf.data.transform import Transform, mean_per_channel
from owltf.data.warp import Warp
from owltf.errors import OwltfError

_PREFETCH, _AHEAD = 2, 1
# An image has many windows: those of few images need not be decoded for each.
_KEPT_BYTES = 1 << 26
_MODES = ("warp", "square")


class WindowData(DataLayer):
    """Draws windows as R-CNN does: first those of background, then those with objects.

    A window that overlaps an object by `fg_threshold` or more is one with an object, one that does
    by less than `bg_threshold` is background; `fg_fraction` of each batch are of the first kind.
    """

    caffe_type = "WindowData"
    bad_records: BadRecords
    reads_own_rows = True
    has_channels_last = True

    def __init__(self, context: DataContext) -> None:
        """Read the window file.

        Raises:
            OwltfError: if it cannot be read, has no windows to draw, or a field is wrong.
        """
        super().__init__(context)
        self._parameter = context.parameter.window_data_param
        transform = context.parameter.transform_param
        self._mirrors = bool(transform.mirror or self._parameter.mirror)
        with context.named_errors():
            context.expect_images_and_labels()
            self.batch_size = context.global_batch(self._parameter.batch_size)
            self._warp = _read_warp(context)
            mean = _read_mean(context, self._warp.crop_size)
            self._path = context.find("source", self._parameter.source)
            self._file = read_window_file(self._path)
            self._folder = RootFolder(self._parameter.root_folder, context, self._path.parent)
            self._kinds = self._sorted()
        self.bad_records = BadRecords(context, sum(map(len, self._kinds)), "windows")
        side = self._warp.crop_size
        self.top_shapes = ((self.batch_size, COLOR, side, side), (self.batch_size,))
        self._key = stream_key(context.seed, context.name, "windows")
        # Caffe reads the factor of window_data_param, today's files have that of transform_param.
        scale = self._parameter.scale * transform.scale
        self._transform = Transform(0, False, False, scale, mean, self._key)
        self._images = RecentImages(self._decoded, _KEPT_BYTES)
        if self._parameter.cache_images:
            self._contents = lru_cache(None)(self._contents)  # type: ignore[method-assign]

    @property
    def objects(self) -> int:
        """How many windows of a batch have objects."""
        return int(np.float32(self.batch_size) * np.float32(self._parameter.fg_fraction))

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, labels) from record `position` on."""
        return self._batches(position, channels_last=False)

    def dataset_channels_last(self, position: int) -> tf.data.Dataset:
        """Return the same with images (N, H, W, C)."""
        return self._batches(position, channels_last=True)

    def _batches(self, position: int, channels_last: bool) -> tf.data.Dataset:
        reader = WindowReader(self, channels_last)
        first = position + self.own_rows[0]
        chunks = read_chunks(self, reader.read, first, self.batch_size, reader.signature())
        return read_ahead(chunks, _PREFETCH)

    def labels(self, top: int = 1) -> Any:
        """Yield the line and the class of each window that may be drawn."""
        return ((f"line {each.line}", each.label) for kind in self._kinds for each in kind)

    def describe(self) -> str:
        """Return a line that says how many images and windows there are."""
        background, objects = self._kinds
        return (
            f"windows {self._path}: {len(self._file.images):,} images, {len(objects):,} windows "
            f"with objects and {len(background):,} of background"
        )

    def words(self, number: int, count: int) -> list[list[int]]:
        """Return what is drawn for consecutive records: four words for each."""
        return record_words(self._key, number, count).tolist()  # type: ignore[no-any-return]

    def empty(self, count: int, channels_last: bool) -> FloatImages:
        """Return a batch of any values for `put`."""
        return FloatImages(self._transform, (count, *self.top_shapes[0][1:]), channels_last)

    def window(self, number: int, words: list[int], taken: int = 0) -> tuple[Window, bool]:
        """Return the window that is drawn for a record, and whether it is mirrored.

        Args:
            number: the record.
            words: what is drawn for it.
            taken: how many windows to pass over, of images that cannot be used.
        """
        kind = self._kind(number)
        return kind[(words[0] + taken) % len(kind)], self._mirrors and words[1] % 2 == 1

    def _kind(self, number: int) -> list[Window]:
        """Return the windows that a record is drawn from."""
        return self._kinds[number % self.batch_size >= self.batch_size - self.objects]

    def _sorted(self) -> tuple[list[Window], list[Window]]:
        """Return the windows of background, and those with objects."""
        objects, background = [], []
        for window in self._file.windows:
            if np.float32(window.overlap) >= np.float32(self._parameter.fg_threshold):
                if window.label < 1:
                    raise OwltfError(
                        f"{self._path}:{window.line}: the class of a window with an object must "
                        f"be 1 or more, got {window.label}"
                    )
                objects.append(window)
            elif np.float32(window.overlap) < np.float32(self._parameter.bg_threshold):
                background.append(window._replace(label=0))
        for kind, found, wanted in (
            ("with an object", objects, self.objects),
            ("of background", background, self.batch_size - self.objects),
        ):
            if wanted and not found:
                raise OwltfError(f"{self._path} has no window {kind}; a batch needs {wanted}")
        return background, objects

    def put(self, number: int, words: list[int], batch: FloatImages, place: int) -> Window:
        """Write the image of a record into a batch, and return its window.

        If they cannot be used, it is the next window of its kind that can.

        Args:
            number: the record.
            words: what is drawn for it.
            batch: what it is written into.
            place: its place there.

        Raises:
            OwltfError: if it cannot be used, unless such are skipped; or none can.
        """
        taken = 0
        while True:
            window, mirrored = self.window(number, words, taken)
            try:
                self._write(window, mirrored, batch, place)
            except ValueError as error:
                name = self._file.images[window.image]
                reason = OwltfError(f"{self._path}:{window.line}: image '{name}' {error}")
                self.bad_records.meet(reason)
                taken += 1
                if taken == len(self._kind(number)):
                    raise OwltfError(f"{reason}; no window of its kind can be used") from error
            else:
                return window

    def _write(self, window: Window, mirrored: bool, batch: FloatImages, place: int) -> None:
        image = self._images.image(self._file.images[window.image])
        square, inside = self._warp.cut(image, window.box, mirrored)
        batch.put(place, square, (0, 0), mirrored=False)
        if not inside.all():
            # What is beyond the image is 0 after the mean is subtracted, not before.
            batch.clear(place, ~inside)

    def _decoded(self, name: str) -> Image:
        try:
            contents = self._contents(name)
        except OwltfError as error:
            raise ValueError(f"cannot be read: {error}") from error
        net = self.context.net
        turn = not net.ignore_orientation
        return decode_image(contents, COLOR, turn=turn, max_pixels=net.max_image_pixels, name=name)

    def _contents(self, name: str) -> bytes:
        return self._folder.read(name)


class WindowReader:
    """Reads batches of windows; the one that follows is begun in the meantime."""

    def __init__(self, layer: WindowData, channels_last: bool) -> None:
        """Open a reader that no one else uses."""
        self._layer, self._channels_last = layer, channels_last
        self._count = layer.own_rows[1]
        self._begun = Begun(self._begin, layer.batch_size, _AHEAD)

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of the arrays that `read` returns."""
        shape = self._layer.top_shapes[0][1:]
        return batch_signature(self._layer, shape, (self._count,), self._channels_last)

    def read(self, number: int) -> Sequence[npt.NDArray[np.float32]]:
        """Return the images and labels of the batch that starts at record `number`.

        Raises:
            OwltfError: if a window cannot be used.
        """
        return self._begun.take(number).finished()

    def _begin(self, number: int) -> _Batch:
        images = self._layer.empty(self._count, self._channels_last)
        batch = _Batch(number, images.array, np.empty(self._count, np.float32))
        words = self._layer.words(number, self._count)

        def put(places: Iterable[int]) -> None:
            for place in places:
                window = self._layer.put(number + place, words[place], images, place)
                batch.labels[place] = window.label

        batch.work = [in_threads(put, places) for places in several(self._count)]
        return batch


@dataclass
class _Batch:
    """A batch that is being made.

    Attributes:
        first: the number of its first record.
        images: the images.
        labels: their classes.
        work: what must be done before both are whole.
    """

    first: int
    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.float32]
    work: list[Future[None]] = field(default_factory=list)

    def finished(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        for each in self.work:
            each.result()
        return self.images, self.labels


def _read_warp(context: DataContext) -> Warp:
    parameter = context.parameter.window_data_param
    side = context.parameter.transform_param.crop_size or parameter.crop_size
    if side < 1:
        raise OwltfError("needs transform_param { crop_size: ... }, the side of its images")
    if parameter.crop_mode not in _MODES:
        raise OwltfError(f"crop_mode must be warp or square, got '{parameter.crop_mode}'")
    if side <= 2 * parameter.context_pad:
        raise OwltfError(
            f"context_pad {parameter.context_pad} leaves nothing of a crop_size of {side}"
        )
    return Warp(side, parameter.context_pad, parameter.crop_mode == "square")


def _read_mean(context: DataContext, side: int) -> npt.NDArray[np.float32] | None:
    """Return the mean: of each channel, or the centre of a mean image."""
    transform = context.parameter.transform_param
    name = transform.mean_file or context.parameter.window_data_param.mean_file
    values = list(transform.mean_value)
    if name and values:
        raise OwltfError("mean_file and mean_value cannot both be given")
    if name:
        mean = np.asarray(read_mean(context.find("mean_file", name), context.schema), np.float32)
        _, height, width = mean.shape
        if mean.shape[0] != COLOR or min(height, width) < side:
            raise OwltfError(f"mean_file {name} of {mean.shape} is smaller than 3x{side}x{side}")
        # Caffe takes one offset, that of the width, for both.
        start = (width - side) // 2
        if start + side > height:
            raise OwltfError(f"mean_file {name} of {mean.shape} must be a square")
        return mean[:, start : start + side, start : start + side]
    return mean_per_channel(values, (COLOR, side, side)) if values else None
