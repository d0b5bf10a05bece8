"""Finds the shapes of data layers' tops, if possible even without their data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from owltf.api import DataContext, DataLayer, OwltfError, read_mean

Shapes = Mapping[str, Sequence[int]]


def input_shapes(
    data: DataContext, layer: type[DataLayer] | None, given: Shapes, tops: Sequence[str]
) -> Shapes:
    """Return the shapes of a data layer's tops by name, the batch included.

    Args:
        data: the settings that the layer is made with.
        layer: its class; None for a type that owltf cannot read.
        given: the shapes that the user gives.
        tops: the names of the tops that the net uses.

    Raises:
        OwltfError: if the data cannot be opened and the prototxt does not tell the shape.
    """
    found = {top: given[top] for top in tops if top in given}
    if len(found) == len(tops):
        return found
    try:
        opened = _opened(data, layer)
    except OwltfError as error:
        return {**_without_data(data, tops, error), **found}
    return {**dict(zip(data.parameter.top, opened.top_shapes, strict=False)), **found}


def _opened(data: DataContext, layer: type[DataLayer] | None) -> DataLayer:
    if layer is None:
        raise OwltfError(f"owltf does not read {data.parameter.type} layers")
    return layer(data)


def _without_data(data: DataContext, tops: Sequence[str], error: OwltfError) -> Shapes:
    transform = data.parameter.transform_param
    channels = _channels(data)
    if not transform.crop_size or not channels or len(tops) != 1:
        raise OwltfError(
            f"the shape of input {' and '.join(map(repr, tops))} is not known, as its data cannot "
            f"be opened; give --input-shape BLOB:N,C,H,W ({error})"
        ) from error
    return {tops[0]: (1, channels, transform.crop_size, transform.crop_size)}


def _channels(data: DataContext) -> int:
    """Return the number of channels if the layer's `transform_param` tells it, else 0."""
    transform = data.parameter.transform_param
    if len(transform.mean_value) > 1:
        return len(transform.mean_value)
    if transform.mean_file:
        try:
            return int(read_mean(data.find("mean_file", transform.mean_file), data.schema).shape[0])
        except OwltfError:
            return 0
    return 1 if transform.force_gray else 3 if transform.force_color else 0
