"""ROIAlign: the mean of points between pixels in each bin of a grid over a region."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from owltf.api import Blob, Layer, OnnxNode
from owltf_rcnn.region_layer import RegionConverter, RegionLayer, pooled_size


def roi_align(
    features: Any, rois: Any, image: Any, height: Any, width: Any, scale: Any, samples: Any
) -> Any:
    """Return the means of each region's bins, (R, height, width, C).

    Each bin has `samples` points along each axis, whose values are linear between the pixels around
    them. Points more than a pixel outside of the image are 0.
    """
    import tensorflow as tf

    corners = rois[:, 1:] * scale

    def weights(axis: Any, count: Any, limit: Any) -> Any:
        start = corners[:, axis, None]
        size = tf.maximum(corners[:, axis + 2, None] - start, 1)
        place = (tf.range(count * samples, dtype=rois.dtype)[None] + 0.5) / (count * samples)
        at = start + place * size
        inside = tf.cast((at >= -1) & (at <= limit), rois.dtype)
        at = tf.clip_by_value(at, 0, limit - 1)
        near = 1 - tf.abs(at[..., None] - tf.range(limit, dtype=rois.dtype))
        each = tf.maximum(near, 0) * inside[..., None]
        return tf.reduce_mean(tf.reshape(each, (-1, count, samples, limit)), 2)

    rows, columns = features.shape[1:3]
    down, across = weights(1, height, rows), weights(0, width, columns)

    def of_region(parts: Any) -> Any:
        number, y, x = parts
        return tf.einsum("ph,hwc,qw->pqc", y, features[number], x)

    signature = tf.TensorSpec((height, width, features.shape[-1]), features.dtype)
    return tf.map_fn(of_region, (image, down, across), fn_output_signature=signature)


@keras.saving.register_keras_serializable("owltf_rcnn")
class RegionAlign(RegionLayer):
    """The mean of points in each bin of a grid over a region."""

    pool = staticmethod(roi_align)


class ROIAlign(RegionConverter):
    """The mean of points between pixels in each bin of each region, as in Mask R-CNN."""

    caffe_type = "ROIAlign"

    def check(self, layer: Layer) -> None:
        """Refuse a number of points that depends on each region's size."""
        if layer.parameter.roi_align_param.sampling_ratio < 1:
            raise layer.unsupported("sampling_ratio: 0, which depends on each region's size,")

    def build(self, layer: Layer, features: Blob, rois: Blob) -> Blob:
        """Return the pooled regions, (R, C, pooled_h, pooled_w).

        Raises:
            OwltfError: if the bottoms do not fit, or a size is missing.
        """
        param = layer.parameter.roi_align_param
        return self.regions(
            layer,
            features,
            rois,
            RegionAlign,
            pooled_size(layer, param),
            scale=param.spatial_scale,
            samples=param.sampling_ratio,
        )

    def onnx(self, node: OnnxNode) -> None:
        """Write RoiAlign."""
        param = node.parameter.roi_align_param
        rois = node.reshape(node.bottoms[1], (-1, 5), part="rois")
        first, rest = (
            node.add(
                "Gather",
                rois,
                node.constant(f"{part}_columns", columns, np.int64),
                part=part,
                axis=1,
            )
            for part, columns in (("first", 0), ("rest", [1, 2, 3, 4]))
        )
        height, width = node.config["size"]
        node.add(
            "RoiAlign",
            node.x,
            rest,
            node.add("Cast", first, part="image", to=np.int64),
            output_height=height,
            output_width=width,
            sampling_ratio=int(param.sampling_ratio),
            spatial_scale=float(param.spatial_scale),
        )
