"""Nesterov: gradient descent with momentum that looks one step ahead."""

from __future__ import annotations

import keras

from owltf.solvers.sgd import SGD


@keras.saving.register_keras_serializable("owltf")
class Nesterov(SGD):
    """v' = momentum * v + rate * g; w = w - ((1 + momentum) * v' - momentum * v).

    TensorFlow subtracts momentum * v' + rate * g, which is the same.
    """

    caffe_type = "Nesterov"
    nesterov = True
