"""BatchNorm: gives each channel mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.runtime.global_sum import global_sum, replicas_of_batch


@keras.saving.register_keras_serializable("owltf")
class BatchNormalization(keras.layers.Layer):
    """Normalises each channel (last axis) by the batch's mean and variance, or by running ones.

    The weights are Caffe's running sums: `mean` and `variance` hold a decaying sum of the batches'
    statistics, `scale_factor` the same sum of ones, by which the others are divided. Each replica
    computes its own, and their mean is stored, unless they are synchronized.

    Args:
        use_global_stats: whether to use the running statistics; None: only outside of training.
        moving_average_fraction: the factor on the sums at each pass.
        epsilon: the number added to the variance.
        synchronized: whether a batch is that of all replicas, rather than each one's share.
    """

    any_size = True

    def __init__(
        self,
        use_global_stats: bool | None = None,
        moving_average_fraction: float = 0.999,
        epsilon: float = 1e-5,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.use_global_stats = use_global_stats
        self.moving_average_fraction = moving_average_fraction
        self.epsilon = epsilon
        self.synchronized = synchronized

    def build(self, input_shape: Any) -> None:
        """Add the running sums."""
        channels = input_shape[-1] if len(input_shape) > 1 else 1
        self.mean = self._sum("mean", channels)
        self.variance = self._sum("variance", channels)
        self.scale_factor = self._sum("scale_factor", 1)

    def _sum(self, name: str, size: int) -> Any:
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer="zeros",
            trainable=False,
            aggregation="mean",
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return (x - mean) / sqrt(variance + epsilon); training adds to the sums."""
        use_global = self.use_global_stats
        if use_global or (use_global is None and not training):
            return self._by_global_stats(inputs)
        top, mean, variance = self._by_batch(inputs)
        if training:
            self._gather(mean, variance)
        return top

    def _by_global_stats(self, inputs: Any) -> Any:
        factor = tf.math.divide_no_nan(1.0, tf.convert_to_tensor(self.scale_factor))
        root = tf.math.rsqrt(self.variance * factor + self.epsilon)
        return (inputs - self.mean * factor) * root

    def _by_batch(self, inputs: Any) -> tuple[Any, Any, Any]:
        images = inputs if len(inputs.shape) == 4 else _as_images(inputs, self.mean.shape[0])
        if self.synchronized and replicas_of_batch() > 1:
            top, mean, variance = _by_all_replicas(images, self.epsilon)
        else:
            top, mean, variance = self._fused(images)
        return top if images is inputs else tf.reshape(top, tf.shape(inputs)), mean, variance

    def _fused(self, images: Any) -> tuple[Any, Any, Any]:
        fused = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=tf.ones(self.mean.shape),
            offset=tf.zeros(self.mean.shape),
            mean=(),
            variance=(),
            epsilon=self.epsilon,
        )
        return fused.y, fused.batch_mean, fused.batch_variance

    def _gather(self, mean: Any, variance: Any) -> None:
        # TensorFlow's variance has the factor m / (m - 1) already, which Caffe applies here too.
        kept = self.moving_average_fraction
        self.mean.assign(self.mean * kept + mean)
        self.variance.assign(self.variance * kept + variance)
        self.scale_factor.assign(self.scale_factor * kept + 1.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {
            **super().get_config(),
            "use_global_stats": self.use_global_stats,
            "moving_average_fraction": self.moving_average_fraction,
            "epsilon": self.epsilon,
            "synchronized": self.synchronized,
        }

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        if self.use_global_stats is False:
            raise call.unsupported("use_global_stats: false")
        return call.layer_call(
            "layers.BatchNormalization", center=False, scale=False, epsilon=self.epsilon
        )

    def source_weights(self) -> dict[str, Any]:
        """Return the running mean and variance, computed from Caffe's sums."""
        factor = tf.math.divide_no_nan(1.0, tf.convert_to_tensor(self.scale_factor)).numpy()
        mean, variance = self.mean.numpy() * factor, self.variance.numpy() * factor
        return {"moving_mean": mean, "moving_variance": variance}


def _as_images(inputs: Any, channels: int) -> Any:
    return tf.reshape(inputs, (-1, 1, 1, channels))


def _by_all_replicas(images: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Return what the fused operation does, with the statistics of all replicas' images."""
    count = tf.cast(tf.size(images[..., 0]), tf.float32)
    count, total = global_sum(count, tf.reduce_sum(images, (0, 1, 2)))
    mean = total / count
    centred = images - mean
    # From the differences: the sum of squares minus the square of the sum would lose digits.
    (squares,) = global_sum(tf.reduce_sum(tf.square(centred), (0, 1, 2)))
    top = centred * tf.math.rsqrt(squares / count + epsilon)
    return top, mean, squares / tf.maximum(count - 1, 1)


class BatchNorm(LayerConverter):
    """Gives each channel mean 0 and variance 1; in Caffe a Scale layer follows it."""

    caffe_type = "BatchNorm"
    params = (
        ParamBlob("mean", untrained=0),
        ParamBlob("variance", untrained=1),
        ParamBlob("scale_factor", untrained=1),
    )

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the normalised blob; its channels are axis 1."""
        if any(param.lr_mult for param in layer.parameter.param):
            raise layer.error("its blobs are statistics and not learned: lr_mult must be 0")
        param = layer.parameter.batch_norm_param
        norm = layer.keras(
            BatchNormalization,
            use_global_stats=param.use_global_stats if param.HasField("use_global_stats") else None,
            moving_average_fraction=param.moving_average_fraction,
            epsilon=param.eps,
            synchronized=layer.context.sync_batch_norm,
        )
        return bottom.to_channels_last().map(norm)

    def onnx(self, node: OnnxNode) -> None:
        """Write BatchNormalization with the running statistics."""
        param = node.parameter.batch_norm_param
        if _is_by_batch(param):
            raise node.unsupported("use_global_stats: false")
        mean, variance, ones = node.blobs
        factor = 1 / ones[0] if ones[0] else 0
        parts = {
            "ones": np.ones_like(mean),
            "zeros": np.zeros_like(mean),
            "mean": mean * factor,
            "variance": variance * factor,
        }
        names = [node.constant(part, values) for part, values in parts.items()]
        node.add("BatchNormalization", node.x, *names, epsilon=param.eps)

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return 1 / deviation and -mean / deviation."""
        param = parameter.batch_norm_param
        if _is_by_batch(param):
            return None
        mean, variance, sum_of_ones = (blob.astype(np.float64) for blob in blobs)
        factor = 1 / sum_of_ones if sum_of_ones else np.zeros_like(sum_of_ones)
        root = 1 / np.sqrt(variance * factor + param.eps)
        return root, -mean * factor * root


def _is_by_batch(param: Any) -> bool:
    """Return whether each batch is normalised by its own statistics even in tests."""
    return param.HasField("use_global_stats") and not param.use_global_stats
