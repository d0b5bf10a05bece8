"""From image files to the input of a net, as Caffe's tools prepare them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.data.source.image_files import read_image
from owltf.data.source.resize import resize_image
from owltf.data.transform import Shape, by, read_transform
from owltf.errors import OwltfError
from owltf.inference.channel_mean import channel_mean
from owltf.inference.views import View
from owltf.inference.whole_images import WholeImages, whole_images
from owltf.net.net import Net

Array = npt.NDArray[np.float32]
Size = tuple[int, int]

_IMAGE_RANK = 4
_CHANNELS = (1, 3)
_ORDERS = ("bgr", "rgb")


@dataclass(frozen=True)
class ImageInput:
    """What is done to an image file before a net looks at it.

    As in Caffe's examples: decode, resize as OpenCV does, order the channels, subtract the mean,
    multiply by the scale; the net then takes a part of it, which a `View` cuts out.

    Attributes:
        blob: the net's input.
        shape: the (C, H, W) that the net takes.
        size: the height and width an image is resized to.
        channel_order: "bgr" or "rgb".
        mean: float32 (C, 1, 1) or (C, *size), or None.
        scale: what values are multiplied with.
    """

    blob: str
    shape: tuple[int, ...]
    size: Size
    channel_order: str = "bgr"
    mean: Array | None = None
    scale: float = 1

    @property
    def cut(self) -> Size:
        """The height and width of the part that the net takes, for `View.cut`."""
        return self.shape[1], self.shape[2]

    def read(self, path: Path) -> Array:
        """Return a whole image, float32 (C, *size).

        Raises:
            OwltfError: if the file cannot be read as an image.
        """
        image = resize_image(read_image(path, self.shape[0]), self.size)
        if self.channel_order == "rgb":
            image = image[:, :, ::-1]
        values = image.transpose(2, 0, 1).astype(np.float32)
        values = values if self.mean is None else values - self.mean
        return values if self.scale == 1 else values * np.float32(self.scale)

    def centre(self, image: Array) -> Array:
        """Return the centre of a whole image, of the shape that the net takes."""
        centre: Array = View().cut(image[None], self.cut)[0].numpy()
        return centre


def image_input(
    net: Net,
    *,
    resize: Size | None = None,
    mean: str | None = None,
    scale: float | None = None,
    channel_order: str = "bgr",
) -> ImageInput:
    """Return how image files become the input of a net.

    What is not given comes from the data layer's `transform_param` and from the size of its
    images. An `Input` layer says nothing of either: images get its size, and values stay from 0
    to 255.

    Args:
        net: the net.
        resize: the height and width an image is resized to.
        mean: the mean of each channel, or a mean image's name; see `channel_mean`.
        scale: what values are multiplied with, after the mean was subtracted.
        channel_order: "bgr" as nearly all Caffe nets, or "rgb".

    Raises:
        OwltfError: if the net takes no images, or what is given does not fit.
    """
    if channel_order not in _ORDERS:
        raise OwltfError(f"the channel order must be bgr or rgb, got '{channel_order}'")
    blob = _image_blob(net)
    shape = net.input_blobs[blob].shape[1:]
    whole = _whole(net, blob)
    size = resize or (whole.shape[1:] if whole else shape[1:])
    if min(size) < 1 or size[0] < shape[1] or size[1] < shape[2]:
        raise OwltfError(f"images of {by(size)} are smaller than what the net takes, {by(shape)}")
    transform = _transform(net, blob, (shape[0], size[0], size[1]), without_mean=mean is not None)
    means = transform.mean if transform else None
    if mean is not None:
        means = channel_mean(mean, shape[0], net.context.registry.schema)
    given = transform.scale if transform else 1
    factor = given if scale is None else scale
    return ImageInput(blob, shape, (size[0], size[1]), channel_order, means, factor)


def _image_blob(net: Net) -> str:
    """Return the input that takes images: the first of one or three channels."""
    for name, blob in net.input_blobs.items():
        if blob.rank == _IMAGE_RANK and blob.shape[1] in _CHANNELS:
            return name
    shapes = ", ".join(f"'{name}' {blob.shape}" for name, blob in net.input_blobs.items())
    raise OwltfError(f"net '{net.name}' takes no images of 1 or 3 channels; its inputs: {shapes}")


def _whole(net: Net, blob: str) -> WholeImages | None:
    """Return the data whose images the net cuts its input from, None where it takes them whole."""
    try:
        whole = whole_images(net)
    except OwltfError:
        return None
    return whole if whole.blob == blob else None


def _transform(net: Net, blob: str, shape: Shape, *, without_mean: bool) -> Any:
    """Return what the data layer of an input does to images, or None."""
    for source in net.sources:
        if source.tops[0] == blob:
            context = source.layer.context
            parameter = type(context.parameter)()
            parameter.CopyFrom(context.parameter)
            if without_mean:
                parameter.transform_param.ClearField("mean_value")
                parameter.transform_param.ClearField("mean_file")
            with context.named_errors():
                return read_transform(replace(context, parameter=parameter), shape)
    return None
