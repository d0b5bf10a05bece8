"""A plugin of layers that each break one rule, and one that keeps all."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, ParamBlob, hookimpl
from owltf.testing import one_layer

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
GAIN = np.array([0.5, -2, 3], np.float32)


@hookimpl
def owltf_layer_converters() -> list[type]:
    """Return all of them."""
    good = [Good, WithForm]
    odd_forms = [FormOfFourRows, OtherForm, RefusedForm]
    bad = [Code, Copies, Detaches, Forgets, Hidden, Keeps, Lossy, OddShape, Tall, Untold]
    return [*good, *odd_forms, *bad, *map(_converter, FUNCTIONS)]


def net(caffe_type: str, *shapes: tuple[int, ...]) -> str:
    """Return the prototxt of one of the layers."""
    return one_layer(f'type: "{caffe_type}"', *(shapes or (X.shape,)))


def _converter(name: str) -> type[LayerConverter]:
    """Return a converter of one of the functions, whose name is the type's."""

    def build(self: LayerConverter, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(Elementwise, function=name))

    return type(name, (LayerConverter,), {"caffe_type": name, "build": build})


@keras.saving.register_keras_serializable("bad_layers")
class Gain(keras.layers.Layer):
    """x * gain."""

    def build(self, input_shape: Any) -> None:
        self.gain = self.add_weight(name="gain", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs: Any) -> Any:
        return inputs * self.gain


@keras.saving.register_keras_serializable("bad_layers")
class Power(keras.layers.Layer):
    """x ** exponent; it forgets the exponent when it is saved."""

    def __init__(self, exponent: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.exponent = exponent

    def call(self, inputs: Any) -> Any:
        return inputs**self.exponent

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


@keras.saving.register_keras_serializable("bad_layers")
class Elementwise(keras.layers.Layer):
    """One of the functions below."""

    def __init__(self, function: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs: Any) -> Any:
        return FUNCTIONS[self.function](inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "function": self.function}


@tf.custom_gradient
def wrong_gradient(inputs: Any) -> Any:
    """Return the square, and a slope that is wrong in the last row."""
    wrong = tf.concat([tf.ones((tf.shape(inputs)[0] - 1, 3)), tf.fill((1, 3), 1.5)], 0)
    return inputs**2, lambda grad: 2 * inputs * grad * wrong


FUNCTIONS = {
    "first_rows": lambda x: x[:4],
    "fixed_batch": lambda x: tf.reshape(x, (4, 3)) * 2,
    "of_four_rows": lambda x: x * tf.cast(tf.shape(x)[0] == 4, tf.float32),
    "mixes_rows": lambda x: x - tf.reduce_mean(x, 0),
    "no_gradient": lambda x: tf.stop_gradient(x),
    "not_a_number": tf.math.log,
    "random": lambda x: x + tf.random.normal(tf.shape(x)),
    "wrong_gradient": wrong_gradient,
}


class Good(LayerConverter):
    """A gain for each channel."""

    caffe_type = "Good"
    params = (ParamBlob("gain"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.to_channels_last().map(layer.keras(Gain))


class WithForm(Good):
    """The gain as ONNX too."""

    caffe_type = "WithForm"

    def onnx(self, node: OnnxNode) -> None:
        node.add("Mul", node.x, node.constant("gain", node.blobs[0]))


class OtherForm(Good):
    """A gain whose ONNX form leaves it out."""

    caffe_type = "OtherForm"

    def onnx(self, node: OnnxNode) -> None:
        node.add("Identity", node.x)


class FormOfFourRows(WithForm):
    """A gain whose ONNX form takes the batch of the prototxt alone."""

    caffe_type = "FormOfFourRows"

    def onnx(self, node: OnnxNode) -> None:
        rows = node.constant("rows", np.broadcast_to(node.blobs[0], node.shape))
        node.add("Mul", node.x, rows)


class RefusedForm(Good):
    """A gain that says it has no ONNX form today."""

    caffe_type = "RefusedForm"

    def onnx(self, node: OnnxNode) -> None:
        raise node.unsupported("a gain")


class Forgets(LayerConverter):
    """A square whose Keras layer forgets that it is one."""

    caffe_type = "Forgets"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(Power, exponent=2))


class Code(LayerConverter):
    """A Lambda layer, whose code would be in the file."""

    caffe_type = "Code"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(keras.layers.Lambda, function=lambda x: x * 2))


class OddShape(LayerConverter):
    """A top that says it has other rows."""

    caffe_type = "OddShape"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(keras.layers.ReLU), batch=7)


class Hidden(LayerConverter):
    """A weight that is no parameter blob."""

    caffe_type = "Hidden"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(Gain(name="hidden"))


class Untold(LayerConverter):
    """A variable of the Keras layer's that is not even a weight."""

    caffe_type = "Untold"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(OwnVariable))


@keras.saving.register_keras_serializable("bad_layers")
class OwnVariable(keras.layers.Layer):
    """x * gain, which is made without `add_weight`."""

    def build(self, input_shape: Any) -> None:
        self.gain = keras.Variable(np.ones(input_shape[-1], np.float32), name="gain")

    def call(self, inputs: Any) -> Any:
        return inputs * self.gain


class Keeps(LayerConverter):
    """A gain that is kept for itself, whatever its param is called."""

    caffe_type = "Keeps"
    params = (ParamBlob("gain"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        layer.weights.key = lambda index: (layer.name, index)
        return bottom.map(layer.keras(Gain))


@keras.saving.register_keras_serializable("bad_layers")
class SecondGain(Gain):
    """x * gain, but for layers called second: they have no gain, or give it no gradient."""

    def __init__(self, how: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.how = how

    def call(self, inputs: Any) -> Any:
        if not self.name.startswith("second"):
            return super().call(inputs)
        gain = tf.convert_to_tensor(self.gain)
        return inputs * (tf.ones_like(gain) if self.how == "copy" else tf.stop_gradient(gain))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "how": self.how}


class Copies(LayerConverter):
    """A gain that other layers do not get."""

    caffe_type = "Copies"
    params = (ParamBlob("gain"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(SecondGain, how="copy"))


class Detaches(LayerConverter):
    """A gain that has the gradient of one layer alone."""

    caffe_type = "Detaches"
    params = (ParamBlob("gain"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(SecondGain, how="stop"))


@keras.saving.register_keras_serializable("bad_layers")
class OfHeight(keras.layers.Layer):
    """Leaves nothing of images of another height, and says it takes any."""

    any_size = True

    def __init__(self, height: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.height = height

    def call(self, inputs: Any) -> Any:
        return inputs * tf.cast(tf.shape(inputs)[2] == self.height, tf.float32)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height}


class Tall(LayerConverter):
    """A layer that keeps the height that it was built for."""

    caffe_type = "Tall"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(OfHeight, height=bottom.shape[2]))


class Rounded(ParamBlob):
    """A blob that loses digits on its way into Keras."""

    def to_keras(self, array: np.ndarray) -> np.ndarray:
        return np.asarray(np.round(array))


class Lossy(LayerConverter):
    """A weight that is rounded."""

    caffe_type = "Lossy"
    params = (Rounded("gain"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(Gain))
