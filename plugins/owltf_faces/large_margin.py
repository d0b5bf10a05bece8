"""LargeMarginInnerProduct: products in which the true class's angle counts several times."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import (
    Blob,
    Layer,
    LayerConverter,
    ParamBlob,
    RecurrentState,
    check_labels,
    check_one_replica,
)

EPS = 1e-9
# How often the angle counts.
_TIMES = {"SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}


def margin_of(cosine: Any, times: int) -> Any:
    """Return (-1)^k cos(m t) - 2 k, where t is the angle and k how many times pi / m fits in it.

    It goes down from 1 to 1 - 2 m as the angle goes from 0 to pi.

    Args:
        cosine: of the angle.
        times: m.
    """
    square = cosine * cosine
    multiple = {
        1: cosine,
        2: 2 * square - 1,
        3: (4 * square - 3) * cosine,
        4: 8 * square * square - 8 * square + 1,
    }[times]
    whole = tf.floor(tf.acos(tf.clip_by_value(cosine, -1, 1)) * (times / 3.141592653589793))
    turns = tf.stop_gradient(tf.clip_by_value(whole, 0, times - 1))
    return (1 - 2 * (turns % 2)) * multiple - 2 * turns


@keras.saving.register_keras_serializable("owltf_faces")
class LargeMargin(keras.layers.Layer):
    """Products of rows and weights; that of the true class is |x| |w| times its margin.

    The plain product counts lambda times as much beside it, and lambda falls from pass to pass:
    max(base * (1 + gamma * pass) ^ -power, least).

    Args:
        units: how many classes there are.
        times: how often the angle counts.
        schedule: base, gamma, power, least, and the number of passes before the first.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(
        self, units: int, times: int, schedule: dict[str, float], title: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units, self.times, self.title = units, times, title
        self.schedule = dict(schedule)
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Add the weights, and the count of the passes."""
        shape = (input_shape[0][-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="zeros")
        self._passes = RecurrentState([()])

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the products (N, units) of rows (N, C) and labels (N,), and lambda."""
        rows, labels = inputs
        kernel, strength = tf.convert_to_tensor(self.kernel), self._strength()
        product = tf.matmul(rows, kernel)
        if self.times == 1:
            return [product, strength]
        whole, _ = check_labels(tf.reshape(labels, (-1,)), self.units, self.title)
        lengths = tf.norm(rows, axis=1, keepdims=True) * tf.norm(kernel, axis=0, keepdims=True)
        cosine = product / (lengths + EPS)
        true = tf.one_hot(whole, self.units, dtype=product.dtype)
        wide = true * (lengths * margin_of(cosine, self.times)) + (1 - true) * product
        return [(wide + strength * product) / (1 + strength), strength]

    def _strength(self) -> Any:
        check_one_replica(self.title, "counting passes")
        given = self.schedule
        (count,) = self._passes.read()
        self._passes.write([count + 1])
        factor = 1 + given["gamma"] * (count + 1 + given["iteration"])
        return tf.maximum(given["base"] * tf.pow(factor, -given["power"]), given["lambda_min"])

    def compute_output_shape(self, input_shape: Any) -> list[Any]:
        """Return the shapes of both."""
        return [(input_shape[0][0], self.units), ()]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"units": self.units, "times": self.times, "schedule": self.schedule}
        return {**super().get_config(), **own, "title": self.title}


class LargeMarginInnerProduct(LayerConverter):
    """Products in which the true class's angle counts up to four times, as L-Softmax has it."""

    caffe_type = "LargeMarginInnerProduct"
    params = (ParamBlob("kernel", caffe="oi", keras="io"),)
    bottoms = (2, 2)
    tops = (1, 2)

    def check(self, layer: Layer) -> None:
        """Refuse products along other axes than the second."""
        if layer.parameter.largemargin_inner_product_param.axis != 1:
            raise layer.unsupported("an axis other than 1")

    def build(self, layer: Layer, features: Blob, labels: Blob) -> list[Blob]:
        """Return the products, and lambda as a second top.

        Raises:
            OwltfError: if there is no label for each row.
        """
        param = layer.parameter.largemargin_inner_product_param
        if not param.num_output or labels.flatten(0).shape != features.shape[:1]:
            raise layer.error(f"needs num_output, and a label for each row of {features.shape}")
        kinds = param.DESCRIPTOR.fields_by_name["type"].enum_type.values_by_number
        names = ("base", "gamma", "power", "lambda_min", "iteration")
        dense = layer.keras(
            LargeMargin,
            fillers=(param.weight_filler,),
            units=param.num_output,
            times=_TIMES[kinds[param.type].name],
            schedule={name: float(getattr(param, name)) for name in names},
            title=layer.title,
        )
        rows = features.flatten()
        products, strength = dense([rows.tensor, labels.to_caffe().tensor])
        return [rows.of(products), rows.scalar(strength)][: len(layer.tops)]
