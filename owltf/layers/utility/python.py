"""Python: a layer whose code is a Python class of the user's, run on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.keras_internals import layers_before
from owltf.layers.utility.python_call import HostLayers, PythonCall
from owltf.python_layers.host_layer import HostLayer

MOST_BLOBS = 16

Shape = Sequence[int]


class Python(LayerConverter):
    """Runs a Python class of the user's as a layer, if `--allow-python-layers` is given."""

    caffe_type = "Python"
    params = tuple(ParamBlob(f"blob{index}") for index in range(MOST_BLOBS))
    bottoms = (0, None)
    tops = (0, None)
    runs_user_code = True

    def check(self, layer: Layer) -> None:
        """Refuse to run the user's code unless it is allowed."""
        if layer.context.python is None:
            param = layer.parameter.python_param
            raise layer.unsupported(
                f"running {param.module}.{param.layer} without --allow-python-layers (in Python: "
                f"allow_python_layers=True)"
            )

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return the tops, in the shapes that the class's `reshape` sets."""
        plain = [bottom.to_caffe() for bottom in bottoms]
        host, rows = _host(layer, plain)
        split = _split(host.top_shapes, rows)
        layer.weights.blobs = self.params[: len(host.blobs)]
        call = layer.keras(
            PythonCall,
            title=layer.title,
            rows=rows,
            trained=[is_trained(bottom.tensor) for bottom in plain],
            tops=host.top_shapes,
            split=split,
            blobs=[blob.shape for blob in host.blobs],
            is_own=layer.context.batch_factor > 1,
            hosts=HostLayers(host, is_shared=layer.parameter.python_param.share_in_parallel),
        )
        tensors = call([bottom.tensor for bottom in plain] if plain else layer.any_input())
        if not layer.tops:
            return [Blob(layer.name, tensors[0], None, layer.names)]
        tops = zip(tensors, host.top_shapes, split, strict=True)
        return [_top(layer, tensor, shape, is_split) for tensor, shape, is_split in tops]


def _host(layer: Layer, bottoms: Sequence[Blob]) -> tuple[HostLayer, list[int | None]]:
    """Return the user's layer, and how many rows it sees of each bottom that is split."""
    if layer.context.python is None:
        raise layer.error("its code may not be run")
    rows = [_rows(layer, bottom) for bottom in bottoms]
    pairs = zip(bottoms, rows, strict=True)
    shapes = [(count, *each.shape[1:]) if count else each.shape for each, count in pairs]
    host = HostLayer(layer.context.python, layer.parameter, layer.phase, shapes, layer.title)
    if len(host.blobs) > MOST_BLOBS:
        raise layer.unsupported(f"a layer of more than {MOST_BLOBS} parameter blobs")
    return host, rows


def _rows(layer: Layer, bottom: Blob) -> int | None:
    is_split = bottom.rank > 0 and bottom.tensor.shape[0] is None
    return bottom.shape[0] // layer.context.batch_factor if is_split else None


def _split(tops: Sequence[Shape], rows: Sequence[int | None]) -> list[bool]:
    """Return which tops are split by rows: those that have as many rows as a bottom."""
    sizes = {count for count in rows if count} if rows else {top[0] for top in tops[:1] if top}
    return [bool(top) and top[0] in sizes and (bool(rows) or top[0] != 1) for top in tops]


def _top(layer: Layer, tensor: Any, shape: Shape, is_split: bool) -> Blob:
    rows = shape[0] if shape else None
    batch = rows * layer.context.batch_factor if rows and is_split else rows
    return Blob(layer.name, tensor, batch, layer.names)


def is_trained(tensor: Any) -> bool:
    """Return whether a Keras tensor depends on weights that are trained."""
    return any(getattr(each, "trainable_variables", ()) for each in layers_before(tensor))
