"""The benchmarks' nets written in Keras, with a training step for each.

Nothing is tuned: Keras's own layers, images channels last, `keras.optimizers.SGD`, and a
`tf.function` around one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from keras import layers
from make_nets import INCEPTIONS, STAGES


class LRN(layers.Layer):
    """TensorFlow's local response normalisation with AlexNet's figures."""

    def call(self, inputs: Any) -> Any:
        """Return the normalised images."""
        return tf.nn.local_response_normalization(inputs, 2, 1.0, 0.0001 / 5, 0.75)


def lenet() -> Any:
    """Return LeNet as Caffe's MNIST example has it."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(20, 5),
            layers.MaxPooling2D(2),
            layers.Conv2D(50, 5),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(500, activation="relu"),
            layers.Dense(10),
        ]
    )


def cifar10_quick() -> Any:
    """Return the quick net of Caffe's CIFAR-10 example."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 5, padding="same"),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.ReLU(),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(3, 2, padding="same"),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(3, 2, padding="same"),
            layers.Flatten(),
            layers.Dense(64),
            layers.Dense(10),
        ]
    )


def caffenet() -> Any:
    """Return CaffeNet: AlexNet with its pooling before its normalisation."""
    conv = partial(layers.Conv2D, padding="same", activation="relu")
    return keras.Sequential(
        [
            keras.Input((227, 227, 3)),
            layers.Conv2D(96, 11, 4, activation="relu"),
            layers.MaxPooling2D(3, 2),
            LRN(),
            conv(256, 5, groups=2),
            layers.MaxPooling2D(3, 2),
            LRN(),
            conv(384, 3),
            conv(384, 3, groups=2),
            conv(256, 3, groups=2),
            layers.MaxPooling2D(3, 2),
            layers.Flatten(),
            layers.Dense(4096, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(4096, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1000),
        ]
    )


def googlenet() -> Any:
    """Return GoogLeNet with its two auxiliary heads."""
    conv = partial(layers.Conv2D, padding="same", activation="relu")
    pool = partial(layers.MaxPooling2D, 3, 2, padding="same")
    images = keras.Input((224, 224, 3))
    x = LRN()(pool()(conv(64, 7, 2)(images)))
    x = pool()(LRN()(conv(192, 3)(conv(64, 1)(x))))
    heads = []
    for name, *filters in INCEPTIONS:
        x = _inception(x, *filters)
        if name in ("4a", "4d"):
            heads.append(_auxiliary(x))
        if name in ("3b", "4e"):
            x = pool()(x)
    x = layers.Dropout(0.4)(layers.Flatten()(layers.AveragePooling2D(7, 1)(x)))
    return keras.Model(images, [*heads, layers.Dense(1000)(x)])


def _inception(
    x: Any, one: int, three_in: int, three: int, five_in: int, five: int, projected: int
) -> Any:
    conv = partial(layers.Conv2D, padding="same", activation="relu")
    pooled = layers.MaxPooling2D(3, 1, padding="same")(x)
    branches = [
        conv(one, 1)(x),
        conv(three, 3)(conv(three_in, 1)(x)),
        conv(five, 5)(conv(five_in, 1)(x)),
        conv(projected, 1)(pooled),
    ]
    return layers.Concatenate()(branches)


def _auxiliary(x: Any) -> Any:
    x = layers.Conv2D(128, 1, activation="relu")(layers.AveragePooling2D(5, 3)(x))
    x = layers.Dense(1024, activation="relu")(layers.Flatten()(x))
    return layers.Dense(1000)(layers.Dropout(0.7)(x))


def resnet50() -> Any:
    """Return ResNet-50, with the stride in the first convolution of a stage."""
    images = keras.Input((224, 224, 3))
    x = layers.ReLU()(_conv_norm(layers.ZeroPadding2D(3)(images), 64, 7, 2))
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for _, blocks, filters, stride in STAGES:
        for block in range(blocks):
            x = _block(x, filters, stride if block == 0 else 1, block == 0)
    x = layers.Flatten()(layers.AveragePooling2D(7, 1)(x))
    return keras.Model(images, layers.Dense(1000)(x))


def _block(x: Any, filters: int, stride: int, is_first: bool) -> Any:
    shortcut = _conv_norm(x, 4 * filters, 1, stride) if is_first else x
    x = layers.ReLU()(_conv_norm(x, filters, 1, stride))
    x = layers.ReLU()(_conv_norm(x, filters, 3, 1, "same"))
    x = _conv_norm(x, 4 * filters, 1)
    return layers.ReLU()(layers.Add()([shortcut, x]))


def _conv_norm(x: Any, filters: int, kernel: int, stride: int = 1, padding: str = "valid") -> Any:
    x = layers.Conv2D(filters, kernel, stride, padding=padding, use_bias=False)(x)
    return layers.BatchNormalization(epsilon=1e-5, momentum=0.999)(x)


NETS: dict[str, Callable[[], Any]] = {
    make.__name__: make for make in (lenet, cifar10_quick, caffenet, googlenet, resnet50)
}
# The loss weight of each head, the net's own being the last.
HEADS = {"googlenet": (0.3, 0.3, 1.0)}


def step_of(name: str, rate: float, momentum: float, decay: float) -> tuple[Any, Any]:
    """Return a net and its training step, a function of images (N, H, W, C) and labels (N,).

    Args:
        name: the net.
        rate: the learning rate.
        momentum: the optimizer's momentum.
        decay: the optimizer's `weight_decay`, which costs Keras least: a regulariser on each kernel
            would read the kernel once more.
    """
    model = NETS[name]()
    optimizer = keras.optimizers.SGD(rate, momentum=momentum, weight_decay=decay)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    weights: Sequence[float] = HEADS.get(name, (1.0,))

    @tf.function
    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            heads = outputs if isinstance(outputs, list) else [outputs]
            loss = sum(
                weight * loss_of(labels, head) for weight, head in zip(weights, heads, strict=True)
            )
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return model, step
