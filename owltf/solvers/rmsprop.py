"""RMSProp: each weight's rate falls with the mean size of its last gradients."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.errors import FieldError
from owltf.solvers.solver import Solver


@keras.saving.register_keras_serializable("owltf")
class RMSProp(Solver):
    """h = rms_decay * h + (1 - rms_decay) * g²; w = w - rate * g / (√h + delta)."""

    caffe_type = "RMSProp"
    fields = ("rms_decay", "delta")
    decays_untrained = True
    compiles = True

    @classmethod
    def check(cls, parameter: Any) -> None:
        """Check the fields of a `SolverParameter`.

        Raises:
            FieldError: if `momentum` is given, or `rms_decay` is not in [0, 1).
        """
        super().check(parameter)
        if not 0 <= parameter.rms_decay < 1:
            raise FieldError(
                "rms_decay", f"rms_decay must be in [0, 1), got {parameter.rms_decay:g}"
            )

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Update the mean of squares, then the variable."""
        history = self.histories[0][index]
        square = self.rms_decay * history + (1 - self.rms_decay) * tf.square(gradient)
        history.assign(square)
        variable.assign_sub(rate * gradient / (tf.sqrt(square) + self.delta))
