"""A net's data without crop and mirror, for commands that cut several views out of an image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from owltf.data.data_layer import DataLayer
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.source import Source


@dataclass(frozen=True)
class WholeImages:
    """Data layers that return whole images, though the net takes squares cut out of them.

    The mean is subtracted and the scale applied, so a square cut out of a whole image has the
    values of the net's own crop at that place.

    Attributes:
        blob: the input that takes the squares.
        crop_size: the squares' side.
        shape: the (C, H, W) of a whole image.
        sources: all data layers of the net, for `net_batches(net, sources=...)`.
    """

    blob: str
    crop_size: int
    shape: tuple[int, ...]
    sources: tuple[Source, ...]


def whole_images(net: Net) -> WholeImages:
    """Return a net's data as whole images, though its `transform_param` crops them.

    Raises:
        OwltfError: if no data layer of the net crops images, or several do.
    """
    cropped = [source for source in net.sources if _crop_size(source.layer)]
    if len(cropped) != 1:
        found = f"{len(cropped)} data layers of net '{net.name}' have one"
        raise OwltfError(
            f"several views are cut out of images that are larger than what the net takes: "
            f"that needs one data layer with transform_param {{ crop_size: ... }}; {found}"
        )
    whole = replace(cropped[0], layer=_uncropped(cropped[0].layer))
    return WholeImages(
        blob=whole.tops[0],
        crop_size=_crop_size(cropped[0].layer),
        shape=tuple(whole.layer.top_shapes[0][1:]),
        sources=tuple(whole if each is cropped[0] else each for each in net.sources),
    )


def _crop_size(layer: DataLayer) -> int:
    return int(layer.context.parameter.transform_param.crop_size)


def _uncropped(layer: DataLayer) -> Any:
    parameter = type(layer.context.parameter)()
    parameter.CopyFrom(layer.context.parameter)
    parameter.transform_param.ClearField("crop_size")
    parameter.transform_param.ClearField("mirror")
    return type(layer)(replace(layer.context, parameter=parameter))
