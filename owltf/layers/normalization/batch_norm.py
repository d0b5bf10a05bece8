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
from owltf.layers.activation.affine import Affine
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
        if self.is_by_batch(training):
            return self.scaled(inputs, training, tf.ones(self.mean.shape))
        mean, variance = self.running()
        return (inputs - mean) * tf.math.rsqrt(variance + self.epsilon)

    def running(self) -> tuple[Any, Any]:
        """Return the running mean and variance of each channel."""
        factor = tf.math.divide_no_nan(1.0, tf.convert_to_tensor(self.scale_factor))
        return self.mean * factor, self.variance * factor

    def is_by_batch(self, training: bool | None) -> bool:
        """Return whether the statistics are the batch's, rather than the running ones."""
        return bool(training) if self.use_global_stats is None else not self.use_global_stats

    def scaled(self, inputs: Any, training: bool | None, gamma: Any, beta: Any = None) -> Any:
        """Return what `call` does by the batch's statistics, times gamma, plus beta, in one pass.

        Args:
            inputs: x.
            training: whether to add to the sums.
            gamma: a factor for each channel.
            beta: a term for each channel; none unless given.
        """
        beta = tf.zeros(self.mean.shape) if beta is None else beta
        images = inputs if len(inputs.shape) == 4 else _as_images(inputs, self.mean.shape[0])
        if self.synchronized and replicas_of_batch() > 1:
            top, mean, variance = _by_all_replicas(images, self.epsilon)
            top = top * gamma + beta
        else:
            top, mean, variance = self._fused(images, gamma, beta)
        if training:
            self._gather(mean, variance)
        return top if images is inputs else tf.reshape(top, tf.shape(inputs))

    def joined_with(self, following: keras.layers.Layer) -> keras.layers.Layer | None:
        """Return a layer that computes this one and the one after it, if that scales channels."""
        return ScaledNormalization.of(self, following)

    def _fused(self, images: Any, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
        fused = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=gamma,
            offset=beta,
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
        mean, variance = self.running()
        return {"moving_mean": mean.numpy(), "moving_variance": variance.numpy()}


class ScaledNormalization(keras.layers.Layer):
    """Computes a `BatchNormalization` and the `Affine` after it, with the variables of these.

    As one operation it reads and writes a batch half as often, forward and backward.

    Args:
        normalization: the first layer.
        affine: the second one, which has a factor for each channel.
    """

    any_size = True

    def __init__(self, normalization: BatchNormalization, affine: Affine) -> None:
        super().__init__(name=normalization.name)
        self.normalization = normalization
        self.affine = affine

    @classmethod
    def of(cls, normalization: BatchNormalization, following: Any) -> ScaledNormalization | None:
        """Return the layer for two others; None if the second one does not scale channels."""
        if not isinstance(following, Affine) or not following.scales or following.after:
            return None
        by_channel = following.shape == tuple(normalization.mean.shape)
        return cls(normalization, following) if by_channel else None

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return (x - mean) / sqrt(variance + epsilon) * gamma + beta."""
        norm, affine = self.normalization, self.affine
        if norm.is_by_batch(training):
            beta = affine.beta if affine.shifts else None
            return norm.scaled(inputs, training, affine.gamma, beta)
        if affine.is_by_channel(inputs):
            return affine.of_normalized(inputs, *norm.running(), norm.epsilon)
        return affine(norm(inputs, training=training))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape


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
