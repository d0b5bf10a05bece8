"""PSROIPooling: the mean of each bin of a grid over a region, each bin in channels of its own."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from owltf.api import Blob, Layer, OnnxNode
from owltf_rcnn.region_layer import RegionConverter, RegionLayer


def psroi_pool(
    features: Any, rois: Any, image: Any, height: Any, width: Any, scale: Any, channels: Any
) -> Any:
    """Return the means of each region's bins, (R, height, width, channels); 0 of empty ones.

    Channel c of bin (i, j) is the mean of channel (c * height + i) * width + j of the features.
    The means come from sums over all rows and columns before, which need 64 bits.
    """
    import tensorflow as tf

    rows, columns = features.shape[1:3]
    shape = (-1, rows, columns, channels, height, width)
    grid = tf.transpose(tf.reshape(tf.cast(features, tf.float64), shape), (4, 5, 0, 1, 2, 3))
    sums = tf.cumsum(tf.cumsum(grid, axis=3), axis=4)
    sums = tf.pad(sums, [[0, 0], [0, 0], [0, 0], [1, 0], [1, 0], [0, 0]])
    corners = tf.sign(rois[:, 1:]) * tf.floor(tf.abs(rois[:, 1:]) + 0.5)

    def bins(axis: Any, count: Any, limit: Any) -> Any:
        start, end = corners[:, axis, None] * scale, (corners[:, axis + 2, None] + 1) * scale
        step = tf.maximum(end - start, 0.1) / count
        place = tf.range(count, dtype=rois.dtype)[None]
        low, high = tf.floor(place * step + start), tf.math.ceil((place + 1) * step + start)
        return [tf.cast(tf.clip_by_value(each, 0, limit), tf.int32) for each in (low, high)]

    (top, bottom), (left, right) = bins(1, height, rows), bins(0, width, columns)

    def looked_up(y: Any, x: Any) -> Any:
        parts = [tf.range(height)[None, :, None], tf.range(width)[None, None]]
        parts += [image[:, None, None], y[:, :, None], x[:, None]]
        shape = (tf.shape(rois)[0], height, width)
        return tf.gather_nd(sums, tf.stack([tf.broadcast_to(p, shape) for p in parts], -1))

    total = looked_up(bottom, right) - looked_up(top, right)
    total = total - looked_up(bottom, left) + looked_up(top, left)
    area = tf.maximum(bottom - top, 0)[:, :, None] * tf.maximum(right - left, 0)[:, None]
    return tf.cast(tf.math.divide_no_nan(total, tf.cast(area, total.dtype)[..., None]), rois.dtype)


@keras.saving.register_keras_serializable("owltf_rcnn")
class RegionMean(RegionLayer):
    """The mean of each bin of a grid over a region, each bin in channels of its own."""

    pool = staticmethod(psroi_pool)

    def channels(self, given: int) -> int:
        """Return how many channels the small images have."""
        return int(self.options["channels"])


class PSROIPooling(RegionConverter):
    """The mean of each bin of a grid over each region, in the bin's own channels, as in R-FCN."""

    caffe_type = "PSROIPooling"

    def build(self, layer: Layer, features: Blob, rois: Blob) -> Blob:
        """Return the pooled regions, (R, output_dim, group_size, group_size).

        Raises:
            OwltfError: if the bottoms do not fit.
        """
        param = layer.parameter.psroi_pooling_param
        side, channels = param.group_size, param.output_dim
        if features.rank == 4 and features.shape[1] != channels * side * side:
            raise layer.error(
                f"output_dim {channels} and group_size {side} need {channels * side * side} "
                f"channels; '{features.name}' has {features.shape[1]}"
            )
        return self.regions(
            layer,
            features,
            rois,
            RegionMean,
            (side, side),
            scale=param.spatial_scale,
            channels=channels,
        )

    def onnx(self, node: OnnxNode) -> None:
        """Write the sums over rows and columns by CumSum, and the bins' by GatherND."""
        param = node.parameter.psroi_pooling_param
        side = param.group_size
        sums = _sums(node, param.output_dim, side)
        rois = node.reshape(node.bottoms[1], (-1, 5), part="rois")
        edges = _edges(node, rois, param.spatial_scale, side)
        image = node.add("Gather", rois, node.constant("zero", [0], np.int64), part="image", axis=1)
        whole = node.reshape(node.add("Cast", image, part="i", to=np.int64), (-1, 1, 1), part="n")
        picked = {
            (y, x): _looked_up(node, sums, whole, edges[1][y], edges[0][x], side, f"at{y}{x}")
            for y in (0, 1)
            for x in (0, 1)
        }
        lower = node.add("Sub", picked[1, 1], picked[0, 1], part="lower")
        upper = node.add("Sub", picked[1, 0], picked[0, 0], part="upper")
        total = node.add("Sub", lower, upper, part="total")
        sizes = [
            node.add("Sub", high, low, part=f"size{axis}") for axis, (low, high) in enumerate(edges)
        ]
        across = node.reshape(sizes[0], (-1, 1, side, 1), part="across")
        area = node.add(
            "Mul", node.reshape(sizes[1], (-1, side, 1, 1), part="along"), across, part="area"
        )
        one = node.constant("one", 1, np.int64)
        safe = node.add(
            "Cast", node.add("Max", area, one, part="safe"), part="count", to=np.float64
        )
        mean = node.add(
            "Cast", node.add("Div", total, safe, part="mean"), part="means", to=np.float32
        )
        node.add("Transpose", mean, perm=[0, 3, 1, 2])


def _sums(node: OnnxNode, channels: int, side: int) -> str:
    """Add the sums over all rows and columns before, (side, side, N, H + 1, W + 1, channels)."""
    height, width = node.shape[2:]
    wide = node.add("Cast", node.x, part="wide", to=np.float64)
    grid = node.reshape(wide, (-1, channels, side, side, height, width), part="grid")
    moved = node.add("Transpose", grid, part="moved", perm=[2, 3, 0, 4, 5, 1])
    for axis in (3, 4):
        along = node.constant(f"axis{axis}", axis, np.int64)
        moved = node.add("CumSum", moved, along, part=f"sums{axis}")
    pads = node.constant("pads", [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], np.int64)
    return node.add("Pad", moved, pads, node.constant("nothing", 0, np.float64), part="padded")


def _edges(node: OnnxNode, rois: str, scale: float, side: int) -> list[tuple[str, str]]:
    """Add where each bin begins and ends, int64 (R, side), along columns and along rows."""
    whole = node.add("Add", node.add("Abs", rois, part="abs"), node.constant("half", 0.5), part="h")
    whole = node.add(
        "Mul", node.add("Floor", whole, part="f"), node.add("Sign", rois, part="s"), part="r"
    )
    factor = node.constant("scale", scale)
    starts = node.add("Mul", whole, factor, part="starts")
    ends = node.add("Add", whole, node.constant("next", 1), part="ends")
    ends = node.add("Mul", ends, factor, part="scaled_ends")
    return [_bins(node, starts, ends, axis, side) for axis in (0, 1)]


def _bins(node: OnnxNode, starts: str, ends: str, axis: int, side: int) -> tuple[str, str]:
    columns = [node.constant(f"col{axis}{i}", [axis + i], np.int64) for i in (1, 3)]
    start = node.add("Gather", starts, columns[0], part=f"start{axis}", axis=1)
    end = node.add("Gather", ends, columns[1], part=f"end{axis}", axis=1)
    size = node.add("Sub", end, start, part=f"extent{axis}")
    size = node.add("Max", size, node.constant(f"least{axis}", 0.1), part=f"least_extent{axis}")
    step = node.add("Div", size, node.constant(f"side{axis}", side), part=f"step{axis}")
    found = []
    for name, first, kind in (("low", 0, "Floor"), ("high", 1, "Ceil")):
        part = f"{name}{axis}"
        place = node.constant(f"{part}_place", np.arange(first, side + first)[None])
        at = node.add(
            "Add", node.add("Mul", place, step, part=f"{part}_m"), start, part=f"{part}_a"
        )
        limits = (node.constant(f"{part}_0", 0), node.constant(f"{part}_l", node.shape[3 - axis]))
        cut = node.add("Clip", node.add(kind, at, part=f"{part}_w"), *limits, part=f"{part}_c")
        found.append(node.add("Cast", cut, part=part, to=np.int64))
    return found[0], found[1]


def _looked_up(node: OnnxNode, sums: str, image: str, y: str, x: str, side: int, part: str) -> str:
    """Add the sums up to a corner of each bin, (R, side, side, channels)."""
    zero = node.add("Sub", image, image, part=f"{part}_zero")
    numbers = np.arange(side)
    parts = [
        node.constant(f"{part}_i", numbers[:, None], np.int64),
        node.constant(f"{part}_j", numbers[None], np.int64),
        image,
        node.reshape(y, (-1, side, 1), part=f"{part}_y"),
        node.reshape(x, (-1, 1, side), part=f"{part}_x"),
    ]
    whole = node.add(
        "Add", zero, node.constant(f"{part}_w", np.zeros((side, side)), np.int64), part=f"{part}_g"
    )
    last = node.constant(f"{part}_last", [3], np.int64)
    grids = [
        node.add(
            "Unsqueeze",
            node.add("Add", whole, each, part=f"{part}_{n}b"),
            last,
            part=f"{part}_{n}u",
        )
        for n, each in enumerate(parts)
    ]
    index = node.add("Concat", *grids, part=f"{part}_index", axis=3)
    return node.add("GatherND", sums, index, part=part)
