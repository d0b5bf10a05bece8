"""BoxAnnotatorOHEM: labels and weights of the hardest regions of each image alone."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, check_one_replica


@keras.saving.register_keras_serializable("owltf_rcnn")
class HardestRegions(keras.layers.Layer):
    """The labels and weights of the regions with the greatest loss, so many of each image.

    Args:
        most: how many of an image.
        ignored: the label of the others, whose weights are 0.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, most: int, ignored: int, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.ignored, self.title = most, ignored, title

    def call(self, inputs: Any) -> Any:
        """Return the labels and weights, without gradients."""
        check_one_replica(self.title, "comparing the regions of the batch")
        rois, loss, labels, weights = (tf.stop_gradient(each) for each in inputs)
        chosen = self._chosen(tf.reshape(rois[..., :1], (-1,)), tf.reshape(loss, (-1,)))
        chosen = tf.reshape(chosen, tf.shape(labels))
        return [tf.where(chosen, labels, float(self.ignored)), tf.where(chosen, weights, 0.0)]

    def _chosen(self, images: Any, losses: Any) -> Any:
        """Return whether fewer than `most` regions of the same image have a greater loss."""
        place = tf.argsort(tf.argsort(-losses, stable=True))
        same = images[:, None] == images[None]
        before = tf.logical_and(same, place[None] < place[:, None])
        return tf.math.count_nonzero(before, axis=1) < self.most

    def compute_output_shape(self, input_shape: Any) -> list[Any]:
        """Return the shapes of both."""
        return [input_shape[2], input_shape[3]]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"most": self.most, "ignored": self.ignored, "title": self.title}
        return {**super().get_config(), **own}


class BoxAnnotatorOHEM(LayerConverter):
    """Keeps the labels and box weights of the regions with the greatest loss, as R-FCN does."""

    caffe_type = "BoxAnnotatorOHEM"
    bottoms = (4, 4)
    tops = (2, 2)
    is_judge = True

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return the labels (R, 1, H, W) and the weights (R, C, H, W).

        Raises:
            OwltfError: if the bottoms do not fit each other.
        """
        rois, loss, labels, weights = (_as_images(each) for each in bottoms)
        places = (rois.shape[0], 1, *rois.shape[2:])
        if rois.shape[1] != 5 or {loss.shape, labels.shape} != {places}:
            shapes = ", ".join(str(each.shape) for each in bottoms)
            raise layer.error(
                f"needs regions (R, 5, H, W), their loss, label and weights: {shapes}"
            )
        param = layer.parameter.box_annotator_ohem_param
        choose = layer.keras(
            HardestRegions,
            most=param.roi_per_img,
            ignored=param.ignore_label,
            title=layer.title,
        )
        images = [each.to_channels_last() for each in (rois, loss, labels, weights)]
        tops = choose([each.tensor for each in images])
        return [each.of(top) for each, top in zip(images[2:], tops, strict=True)]


def _as_images(blob: Blob) -> Blob:
    """Return a blob of regions as (R, C, H, W): (R,) as (R, 1, 1, 1), (R, C) as (R, C, 1, 1)."""
    shape = (*blob.shape, 1, 1, 1)[:4]
    return blob if blob.rank == 4 else blob.reshape(shape)
