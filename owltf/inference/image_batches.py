"""Makes batches of a net's inputs from image files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.source.image_files import ImageFile
from owltf.errors import OwltfError
from owltf.inference.image_steps import ImageInput
from owltf.inference.net_batches import Batch
from owltf.net.net import Net
from owltf.stop_flag import check_stopped

ReadImage = tuple[ImageFile, npt.NDArray[np.float32]]


def image_batches(
    net: Net,
    images: ImageInput,
    files: Iterable[ImageFile],
    *,
    whole: bool = False,
    skip: Callable[[OwltfError], object] | None = None,
) -> Iterator[Batch]:
    """Yield batches of image files, as large as the net's; the last may be smaller.

    Inputs other than the images and the labels are zeros.

    Args:
        net: the net.
        images: the steps that make a file its input.
        files: the files, read as they are needed.
        whole: leave the images whole, for `run_views`; else cut out their centre.
        skip: called with the error of a file that cannot be read, which is then left out; without
            it the error is raised.

    Raises:
        OwltfError: if a file cannot be read, and `skip` is not given.
    """
    rest = _readable(images, files, whole, skip)
    size = net.input_blobs[images.blob].batch or 1
    while group := list(islice(rest, size)):
        yield _batch(net, images, group)


def _readable(
    images: ImageInput,
    files: Iterable[ImageFile],
    whole: bool,
    skip: Callable[[OwltfError], object] | None,
) -> Iterator[ReadImage]:
    for file in files:
        check_stopped()
        try:
            image = images.read(file.path)
        except OwltfError as error:
            if skip is None:
                raise
            skip(error)
        else:
            yield file, image if whole else images.centre(image)


def _batch(net: Net, images: ImageInput, group: Sequence[ReadImage]) -> Batch:
    arrays: dict[str, Any] = {
        name: np.zeros((len(group), *(size or 1 for size in blob.shape[1:])), np.float32)
        for name, blob in net.input_blobs.items()
    }
    arrays[images.blob] = np.stack([image for _, image in group])
    labels = [file.label for file, _ in group]
    known = None if None in labels else np.array(labels, np.float32)
    if known is not None and net.label_blob and arrays[net.label_blob].size == len(group):
        arrays[net.label_blob] = known.reshape(arrays[net.label_blob].shape)
    return Batch(
        arrays={name: tf.constant(array) for name, array in arrays.items()},
        keys=tuple(str(file.path) for file, _ in group),
        labels=known,
    )
