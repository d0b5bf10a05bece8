"""Interp: bilinear resizing in which the corners of both images coincide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall, sizes_of

SOURCE = '''
def interp(x, height, width):
    """Resize images (N, H, W, C) bilinearly, their corners in place."""

    def weights(size, out):
        at = np.linspace(0, size - 1, out) if out > 1 else np.zeros(1)
        return np.maximum(1 - abs(at[:, None] - np.arange(size)), 0).astype("float32")

    rows, columns = weights(x.shape[1], height), weights(x.shape[2], width)
    return ops.einsum("ah,bw,nhwc->nabc", rows, columns, x)
'''


@dataclass(frozen=True)
class InterpSize:
    """How large the top of an Interp is.

    Attributes:
        shrink: a row and a column in each of so many are kept, the first and the last among them.
        zoom: so many rows and columns become of each but the last.
        size: height and width, where they are given.
        crop: what is cut off at the start and at the end of both axes.
    """

    shrink: int
    zoom: int
    size: tuple[int, int] | None
    crop: tuple[int, int]

    @classmethod
    def of(cls, param: Any) -> InterpSize:
        """Return the sizes of an `InterpParameter`, as DeepLab and PSPNet read it.

        A factor counts before height and width; two factors count if these are missing.
        """
        given = param.height > 0 and param.width > 0
        factors = [param.HasField(name) for name in ("shrink_factor", "zoom_factor")]
        by_size = given and factors.count(True) != 1
        size = (param.height, param.width) if by_size else None
        crop = (-param.pad_beg, -param.pad_end)
        return cls(param.shrink_factor, param.zoom_factor, size, crop)

    def out(self, sizes: Sequence[Any]) -> list[Any]:
        """Return the height and width of the top for those of the bottom."""
        if self.size is not None:
            return list(self.size)
        return [None if size is None else self._side(size) for size in sizes]

    def _side(self, size: Any) -> Any:
        shrunk = (size - sum(self.crop) - 1) // self.shrink + 1
        return shrunk + (shrunk - 1) * (self.zoom - 1)


@keras.saving.register_keras_serializable("owltf_segmentation")
class AlignedCorners(keras.layers.Layer):
    """Resizes images bilinearly, the first and last rows and columns in place.

    Args:
        shrink: see `InterpSize`, as for the others.
        zoom: the factor.
        size: height and width; None for those that the factors give.
        crop: what is cut off before.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(
        self,
        shrink: int,
        zoom: int,
        size: Sequence[int] | None,
        crop: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        height_and_width = None if size is None else (size[0], size[1])
        self.sizes = InterpSize(shrink, zoom, height_and_width, (crop[0], crop[1]))

    def call(self, inputs: Any) -> Any:
        """Return the resized images, (N, H, W, C)."""
        height, width = sizes_of(inputs)[1:3]
        first, last = self.sizes.crop
        kept = inputs[:, first : height - last, first : width - last]
        size = tf.stack(self.sizes.out([height, width]))
        return tf.raw_ops.ResizeBilinear(images=kept, size=size, align_corners=True)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        batch, *sizes, channels = input_shape
        return (batch, *self.sizes.out(sizes), channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        sizes = self.sizes
        own = {"shrink": sizes.shrink, "zoom": sizes.zoom, "size": sizes.size, "crop": sizes.crop}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        (_, rows, columns, _), (_, height, width, _) = call.shapes[0], call.tops[0]
        first, last = self.sizes.crop
        x = call.x
        if first or last:
            x = call.step(f"{x}[:, {first}:{rows - last}, {first}:{columns - last}]")
        return f"interp({x}, {height}, {width})"


class Interp(LayerConverter):
    """Bilinear resizing, with the corners in place, as DeepLab and PSPNet have it."""

    caffe_type = "Interp"

    def check(self, layer: Layer) -> None:
        """Refuse an Interp that says no size, or pads."""
        param = layer.parameter.interp_param
        if param.pad_beg > 0 or param.pad_end > 0:
            raise layer.unsupported("pad_beg or pad_end above 0, which pads,")

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the resized images.

        Raises:
            OwltfError: if no size is given, a factor is below 1, or nothing is left.
        """
        param = layer.parameter.interp_param
        sizes = InterpSize.of(param)
        if sizes.size is None and not _has_factor(param):
            raise layer.error("needs height and width, a zoom_factor or a shrink_factor")
        if min(sizes.shrink, sizes.zoom) < 1:
            raise layer.error("zoom_factor and shrink_factor must be at least 1")
        left = [] if bottom.rank != 4 else [size - sum(sizes.crop) for size in bottom.shape[2:]]
        if not left or min(left) < 1:
            raise layer.error(f"nothing is left to resize of '{bottom.name}' {bottom.shape}")
        resize = layer.keras(
            AlignedCorners,
            shrink=sizes.shrink,
            zoom=sizes.zoom,
            size=sizes.size,
            crop=sizes.crop,
        )
        return bottom.to_channels_last().map(resize)

    def onnx(self, node: OnnxNode) -> None:
        """Write Resize with aligned corners, after Slice."""
        first, last = InterpSize.of(node.parameter.interp_param).crop
        x = node.x
        if first or last:
            ends = [size - last for size in node.shape[2:]]
            limits = {"starts": [first, first], "ends": ends, "axes": [2, 3]}
            parts = [node.constant(part, limit, np.int64) for part, limit in limits.items()]
            x = node.add("Slice", x, *parts, part="kept")
        bounds = [node.constant(part, [at], np.int64) for part, at in (("from", 0), ("to", 2))]
        same = node.add("Slice", node.add("Shape", x, part="shape"), *bounds, part="same")
        size = node.constant("size", node.top_shape[2:], np.int64)
        sizes = node.add("Concat", same, size, part="sizes", axis=0)
        how = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
        node.add("Resize", x, "", "", sizes, **how)


def _has_factor(param: Any) -> bool:
    return bool(param.HasField("shrink_factor") or param.HasField("zoom_factor"))
