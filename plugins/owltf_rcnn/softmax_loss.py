"""SoftmaxWithLossOHEM: a softmax and its cross entropy, with the loss of each region."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, check_labels
from owltf_rcnn.normalized import NORMALIZATIONS, normalization_of


@keras.saving.register_keras_serializable("owltf_rcnn")
class SoftmaxOfRegions(keras.layers.Layer):
    """The normalized cross entropy of scores (..., C) and labels (..., 1), and what it is made of.

    Args:
        mode: the normalization.
        ignored: the label that does not count; None if all do.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, mode: str, ignored: int | None, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode, self.ignored, self.title = mode, ignored, title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the loss, and without gradients the probabilities and each region's loss."""
        scores, labels = inputs
        whole, counted = check_labels(labels[..., 0], scores.shape[-1], self.title, self.ignored)
        counts = (
            tf.ones_like(labels) if counted is None else tf.cast(counted, scores.dtype)[..., None]
        )
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(whole, scores)[..., None] * counts
        rest = [tf.stop_gradient(tf.nn.softmax(scores)), tf.stop_gradient(each)]
        return [NORMALIZATIONS[self.mode](each, counts), *rest]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"mode": self.mode, "ignored": self.ignored, "title": self.title}
        return {**super().get_config(), **own}


class SoftmaxWithLossOHEM(LayerConverter):
    """R-FCN's softmax loss; a third top has the loss of each region, to find hard ones."""

    caffe_type = "SoftmaxWithLossOHEM"
    bottoms = (2, 2)
    tops = (1, 3)
    is_loss = True
    served_as = "Softmax"
    gives_probabilities = True

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> list[Blob]:
        """Return the loss, the probabilities (R, C, H, W), and each region's loss (R, 1, H, W).

        Raises:
            OwltfError: if there is no label for each region and place.
        """
        wanted = (scores.shape[0], 1, *scores.shape[2:])
        flat = labels.reshape(wanted) if labels.shape == (scores.shape[0],) else labels
        if flat.shape != wanted or layer.parameter.softmax_param.axis not in (1, 1 - scores.rank):
            raise layer.error(
                f"needs scores (R, C, H, W) and labels {wanted}; got {scores.shape} and "
                f"{labels.shape}"
            )
        param, images = layer.parameter.loss_param, scores.to_channels_last()
        loss = layer.keras(
            SoftmaxOfRegions,
            mode=normalization_of(param, "VALID"),
            ignored=param.ignore_label if param.HasField("ignore_label") else None,
            title=layer.title,
        )
        first, *rest = loss([images.tensor, flat.to_channels_last().tensor])
        return [images.scalar(first), *(images.of(each) for each in rest)][: len(layer.tops) or 1]

    def class_scores(self, parameter: Any) -> tuple[int, int | None]:
        """Return the axis of the classes, and the label to ignore or None."""
        param = parameter.loss_param
        return parameter.softmax_param.axis, param.ignore_label if param.HasField(
            "ignore_label"
        ) else None
