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

    Each bin has `samples` points along each axis, with 0 one for each pixel that it covers. Their
    values are linear between the pixels around them. Points more than a pixel outside of the image
    are 0.
    """
    import tensorflow as tf

    corners = rois[:, 1:] * scale

    def weights(start: Any, end: Any, count: Any, limit: Any) -> Any:
        size = tf.maximum(end - start, 1)
        each = tf.cast(tf.math.ceil(size / count), tf.int32) if samples == 0 else samples
        place = (tf.range(tf.cast(count * each, rois.dtype)) + 0.5) / tf.cast(
            count * each, rois.dtype
        )
        at = start + place * size
        inside = tf.cast((at >= -1) & (at <= limit), rois.dtype)
        at = tf.clip_by_value(at, 0, limit - 1)
        near = 1 - tf.abs(at[:, None] - tf.range(limit, dtype=rois.dtype))
        taken = tf.maximum(near, 0) * inside[:, None]
        return tf.reduce_mean(tf.reshape(taken, (count, each, limit)), 1)

    rows, columns = features.shape[1:3]

    def of_region(parts: Any) -> Any:
        number, box = parts
        down = weights(box[1], box[3], height, rows)
        across = weights(box[0], box[2], width, columns)
        return tf.einsum("ph,hwc,qw->pqc", down, features[number], across)

    signature = tf.TensorSpec((height, width, features.shape[-1]), features.dtype)
    return tf.map_fn(of_region, (image, corners), fn_output_signature=signature)


@keras.saving.register_keras_serializable("owltf_rcnn")
class RegionAlign(RegionLayer):
    """The mean of points in each bin of a grid over a region."""

    pool = staticmethod(roi_align)


class ROIAlign(RegionConverter):
    """The mean of points between pixels in each bin of each region, as in Mask R-CNN."""

    caffe_type = "ROIAlign"

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
