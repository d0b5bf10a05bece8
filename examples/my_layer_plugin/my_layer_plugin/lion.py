"""Lion: steps of one size in the direction that the last gradients agree on."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import FieldError, Solver


@keras.saving.register_keras_serializable("my_layer_plugin")
class Lion(Solver):
    """w = w - rate * sign(b1 * m + (1 - b1) * g); m = b2 * m + (1 - b2) * g.

    b1 and b2 are the solver's `momentum` and `momentum2` (Chen et al., 2023). The weight decay is
    part of the gradient g, as in all of Caffe's solvers.
    """

    caffe_type = "Lion"
    fields = ("momentum", "momentum2")

    @classmethod
    def check(cls, parameter: Any) -> None:
        """Refuse factors that are not in [0, 1); the error names the line of the field."""
        super().check(parameter)
        for name in cls.fields:
            if not 0 <= getattr(parameter, name) < 1:
                raise FieldError(name, f"{name} of Lion must be in [0, 1)")

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Move the variable, then the mean, which a snapshot keeps."""
        mean = self.histories[0][index]
        towards = self.momentum * mean + (1 - self.momentum) * gradient
        variable.assign_sub(rate * tf.sign(towards))
        mean.assign(self.momentum2 * mean + (1 - self.momentum2) * gradient)
