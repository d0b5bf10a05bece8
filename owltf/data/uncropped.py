"""Data layers without their crop and mirror, for tools that cut views out of images themselves."""

from __future__ import annotations

from dataclasses import replace

from owltf.data.data_layer import DataLayer


def uncropped(layer: DataLayer) -> tuple[DataLayer, int]:
    """Return a data layer that gives whole images, and the crop size that was left out.

    The mean is subtracted and the scale applied as before, so a square cut out of a whole image
    has the values of the crop at that place.

    Args:
        layer: a data layer.

    Raises:
        OwltfError: if the images differ in size.
    """
    parameter = type(layer.context.parameter)()
    parameter.CopyFrom(layer.context.parameter)
    crop_size = parameter.transform_param.crop_size
    parameter.transform_param.ClearField("crop_size")
    parameter.transform_param.ClearField("mirror")
    return type(layer)(replace(layer.context, parameter=parameter)), crop_size
