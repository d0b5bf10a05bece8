"""ROIPooling: the greatest value of each bin of a grid over a region."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, OnnxNode
from owltf_rcnn.region_layer import RegionConverter, RegionLayer, pooled_size


def largest_blocks(features: Any) -> Any:
    """Return the greatest values of blocks, (LW, LH, N, H, W, C), by the logarithms of their sizes.

    The block of (i, j, n, y, x) has 2^i columns and 2^j rows from (y, x) on, those beyond the image
    left out. So the greatest value of any rectangle is that of four blocks.
    """
    import tensorflow as tf

    def doubled(level: Any, step: Any, axis: Any) -> Any:
        pads = [[0, 0] for _ in range(4)]
        pads[axis][1] = step
        rest = level[:, step:] if axis == 1 else level[:, :, step:]
        return tf.maximum(level, tf.pad(rest, pads, constant_values=level.dtype.min))

    height, width = features.shape[1:3]
    columns = [features]
    while 2 ** len(columns) <= width:
        columns.append(doubled(columns[-1], 2 ** (len(columns) - 1), 2))
    table = []
    for each in columns:
        rows = [each]
        while 2 ** len(rows) <= height:
            rows.append(doubled(rows[-1], 2 ** (len(rows) - 1), 1))
        table.append(tf.stack(rows))
    return tf.stack(table)


def roi_pool(features: Any, rois: Any, image: Any, height: Any, width: Any, scale: Any) -> Any:
    """Return the greatest values of each region's bins, (R, height, width, C); 0 of empty ones.

    A region's corners are rounded, and both belong to it. Bins overlap where they share a part of a
    row or a column.
    """
    import tensorflow as tf

    corners = rois[:, 1:] * scale
    corners = tf.sign(corners) * tf.floor(tf.abs(corners) + 0.5)

    def bins(axis: Any, count: Any, limit: Any) -> Any:
        start = corners[:, axis, None]
        size = tf.maximum(corners[:, axis + 2, None] - start + 1, 1)
        place = tf.range(count, dtype=features.dtype)[None]
        low = tf.floor(place * (size / count)) + start
        high = tf.math.ceil((place + 1) * (size / count)) + start
        return [tf.cast(tf.clip_by_value(each, 0, limit), tf.int32) for each in (low, high)]

    def blocks(low: Any, high: Any, limit: Any) -> Any:
        sizes = tf.constant([0, 0, *(n.bit_length() - 1 for n in range(2, limit + 1))], tf.int32)
        level = tf.gather(sizes, tf.maximum(high - low, 0))
        first = tf.minimum(low, limit - 1)
        return level, first, tf.maximum(high - tf.bitwise.left_shift(1, level), first)

    rows, columns = bins(1, height, features.shape[1]), bins(0, width, features.shape[2])
    level_y, top, bottom = blocks(rows[0], rows[1], features.shape[1])
    level_x, left, right = blocks(columns[0], columns[1], features.shape[2])
    table = largest_blocks(features)

    def looked_up(y: Any, x: Any) -> Any:
        parts = [level_x[:, None], level_y[:, :, None], image[:, None, None]]
        parts += [y[:, :, None], x[:, None]]
        shape = (tf.shape(rois)[0], height, width)
        return tf.gather_nd(table, tf.stack([tf.broadcast_to(p, shape) for p in parts], -1))

    upper = tf.maximum(looked_up(top, left), looked_up(top, right))
    lower = tf.maximum(looked_up(bottom, left), looked_up(bottom, right))
    filled = (rows[1] > rows[0])[:, :, None] & (columns[1] > columns[0])[:, None]
    return tf.where(filled[..., None], tf.maximum(upper, lower), 0)


roi_pool.needs = (largest_blocks,)  # type: ignore[attr-defined]


@keras.saving.register_keras_serializable("owltf_rcnn")
class RegionMax(RegionLayer):
    """The greatest value of each bin of a grid over a region."""

    pool = staticmethod(roi_pool)


class ROIPooling(RegionConverter):
    """The greatest value of each bin of a grid over each region, as in Fast R-CNN."""

    caffe_type = "ROIPooling"

    def build(self, layer: Layer, features: Blob, rois: Blob) -> Blob:
        """Return the pooled regions, (R, C, pooled_h, pooled_w).

        Raises:
            OwltfError: if the bottoms do not fit, or a size is missing.
        """
        param = layer.parameter.roi_pooling_param
        size = pooled_size(layer, param)
        return self.regions(layer, features, rois, RegionMax, size, scale=param.spatial_scale)

    def onnx(self, node: OnnxNode) -> None:
        """Write MaxRoiPool."""
        rois = node.reshape(node.bottoms[1], (-1, 5), part="rois")
        scale = node.parameter.roi_pooling_param.spatial_scale
        node.add(
            "MaxRoiPool",
            node.x,
            rois,
            pooled_shape=node.config["size"],
            spatial_scale=float(scale),
        )
