"""AdaGrad: each weight's rate falls with all of its gradients so far."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.solvers.solver import Solver


@keras.saving.register_keras_serializable("owltf")
class AdaGrad(Solver):
    """h = h + g²; w = w - rate * g / (√h + delta)."""

    caffe_type = "AdaGrad"
    fields = ("delta",)
    decays_untrained = True
    compiles = True

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Update history and variable in one pass over the memory."""
        tf.raw_ops.ResourceApplyAdagradV2(
            var=variable.handle,
            accum=self.histories[0][index].value.handle,
            lr=rate,
            epsilon=self.delta,
            grad=gradient,
        )
