"""AdaDelta: steps as large as the last steps were, for gradients as large as the last ones."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.solvers.solver import Solver


@keras.saving.register_keras_serializable("owltf")
class AdaDelta(Solver):
    """h = m * h + (1 - m) * g²; s = g * √((d + delta) / (h + delta)); d = m * d + (1 - m) * s².

    m is the field `momentum`, and w = w - rate * s. The history is h of all blobs, then d of all.
    """

    caffe_type = "AdaDelta"
    fields = ("momentum", "delta")
    slots = 2
    decays_untrained = True
    compiles = True

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Update both histories and the variable in one pass over the memory."""
        gradients, steps = (history[index].value.handle for history in self.histories)
        tf.raw_ops.ResourceApplyAdadelta(
            var=variable.handle,
            accum=gradients,
            accum_update=steps,
            lr=rate,
            rho=self.momentum,
            epsilon=self.delta,
            grad=gradient,
        )
