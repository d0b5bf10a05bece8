"""Prepares image files as the input of a net, in the way of Caffe's tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from owltf.data.transform import Shape, read_transform
from owltf.errors import OwltfError
from owltf.inference.channel_mean import channel_mean
from owltf.inference.image_steps import ImageInput, Size, check_order, check_size
from owltf.inference.whole_images import WholeImages, whole_images
from owltf.net.net import Net

_IMAGE_RANK = 4
_CHANNELS = (1, 3)


def image_input(
    net: Net,
    *,
    resize: Size | None = None,
    mean: str | None = None,
    scale: float | None = None,
    channel_order: str = "bgr",
    ignore_orientation: bool = False,
) -> ImageInput:
    """Return the steps that make image files the input of a net.

    Arguments that are not given come from the data layer's `transform_param` and the size of its
    images. If the net has an `Input` layer instead, images get its size, and values stay from 0 to
    255.

    Args:
        net: the net.
        resize: the height and width that an image is resized to.
        mean: the mean of each channel, or a mean image's name; see `channel_mean`.
        scale: the factor of all values, applied after the mean is subtracted.
        channel_order: "bgr", as nearly all Caffe nets take, or "rgb".
        ignore_orientation: leave photographs as the camera stored them; else they are turned as
            OpenCV turns them.

    Raises:
        OwltfError: if the net takes no images, or an argument does not fit it.
    """
    check_order(channel_order)
    blob = _image_blob(net)
    shape = net.input_blobs[blob].shape[1:]
    whole = _whole(net, blob)
    size = resize or (whole.shape[1:] if whole else shape[1:])
    check_size(size, shape)
    transform = _transform(net, blob, (shape[0], size[0], size[1]), without_mean=mean is not None)
    means = transform.mean if transform else None
    if mean is not None:
        means = channel_mean(mean, shape[0], net.context.registry.schema)
    default = transform.scale if transform else 1
    factor = default if scale is None else scale
    return ImageInput(
        blob,
        shape,
        (size[0], size[1]),
        channel_order,
        means,
        factor,
        ignore_orientation,
        net.context.max_image_pixels,
    )


def _image_blob(net: Net) -> str:
    """Return the name of the input that takes images: the first with 1 or 3 channels."""
    for name, blob in net.input_blobs.items():
        if blob.rank == _IMAGE_RANK and blob.shape[1] in _CHANNELS:
            return name
    shapes = ", ".join(f"'{name}' {blob.shape}" for name, blob in net.input_blobs.items())
    raise OwltfError(f"net '{net.name}' takes no images of 1 or 3 channels; its inputs: {shapes}")


def _whole(net: Net, blob: str) -> WholeImages | None:
    """Return the whole images that the net's data layer crops, None if it does not crop."""
    try:
        whole = whole_images(net)
    except OwltfError:
        return None
    return whole if whole.blob == blob else None


def _transform(net: Net, blob: str, shape: Shape, *, without_mean: bool) -> Any:
    """Return the transformation by the data layer of an input, None if it has no data layer."""
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
