"""CenterLoss: the distance of features from the centre of their class, which is learned."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, ParamBlob, check_labels, global_sum


def differences(features: Any, centers: Any, labels: Any, slopes_of: Any) -> Any:
    """Return features minus the centres of their classes.

    The centres' gradient is not that of the loss: of each class it is the sum of the slopes of its
    n rows times n / (n + 1), whatever the weight of the loss.

    Args:
        features: (N, C).
        centers: (classes, C).
        labels: whole numbers, (N,).
        slopes_of: returns the slopes of the differences.
    """
    classes = centers.shape[0]
    rows = tf.ones_like(labels, features.dtype)
    (counts,) = global_sum(tf.math.unsorted_segment_sum(rows, labels, classes))

    @tf.custom_gradient
    def away(features: Any, centers: Any) -> Any:
        found = features - tf.gather(centers, labels)

        def gradients(grad: Any) -> tuple[Any, Any]:
            sums = tf.math.unsorted_segment_sum(-slopes_of(found), labels, classes)
            return grad, sums * (counts / (counts + 1))[:, None]

        return found, gradients

    return away(features, centers)


@keras.saving.register_keras_serializable("owltf_faces")
class CenterDistance(keras.layers.Layer):
    """The mean over rows of half the squared distance from the class's centre, or of its sizes.

    Args:
        classes: how many classes there are.
        kind: "L2" for half the sum of squares, "L1" for the sum of sizes.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, classes: int, kind: str, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes, self.kind, self.title = classes, kind, title
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Add the centres."""
        shape = (self.classes, input_shape[0][-1])
        self.centers = self.add_weight(name="centers", shape=shape, initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return the loss of features (N, C) and labels (N,)."""
        features, labels = inputs
        whole, _ = check_labels(tf.reshape(labels, (-1,)), self.classes, self.title)
        is_square = self.kind == "L2"
        slopes_of = tf.identity if is_square else tf.sign
        centers = tf.convert_to_tensor(self.centers)
        away = differences(features, centers, whole, slopes_of)
        total = tf.reduce_sum(tf.square(away)) / 2 if is_square else tf.reduce_sum(tf.abs(away))
        total, rows = global_sum(total, tf.cast(tf.shape(features)[0], total.dtype))
        return total / rows

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"classes": self.classes, "kind": self.kind, "title": self.title}
        return {**super().get_config(), **own}


class CenterLoss(LayerConverter):
    """The mean distance of features from the learned centres of their classes."""

    caffe_type = "CenterLoss"
    params = (ParamBlob("centers"),)
    bottoms = (2, 2)
    is_loss = True

    def check(self, layer: Layer) -> None:
        """Refuse another distance than the fork's two."""
        kind = layer.parameter.center_loss_param.distance_type
        if kind not in ("L1", "L2"):
            raise layer.unsupported(f'distance_type: "{kind}"')

    def build(self, layer: Layer, features: Blob, labels: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if there is no label for each row, or the classes are not counted.
        """
        param = layer.parameter.center_loss_param
        if not param.num_output or labels.flatten(0).shape != features.shape[:1]:
            raise layer.error(
                f"needs num_output, the classes, and a label for each row of {features.shape}; "
                f"got {labels.shape}"
            )
        loss = layer.keras(
            CenterDistance,
            fillers=(param.center_filler,),
            classes=param.num_output,
            kind=param.distance_type,
            title=layer.title,
        )
        tensors = [features.flatten().tensor, labels.to_caffe().tensor]
        return features.scalar(loss(tensors))
