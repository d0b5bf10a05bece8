"""SGD: stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import tensorflow as tf

from owltf.solvers.solver import Solver


@keras.saving.register_keras_serializable("owltf")
class SGD(Solver):
    """v = momentum * v + rate * g; w = w - v."""

    caffe_type = "SGD"
    fields = ("momentum",)
    # The operation below stores -v.
    negated = (0,)
    compiles = True
    nesterov: ClassVar[bool] = False

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Update history and variable in one pass over the memory."""
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=self.histories[0][index].value.handle,
            lr=rate,
            grad=gradient,
            momentum=self.momentum,
            use_nesterov=self.nesterov,
        )
