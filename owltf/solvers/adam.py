"""Adam: momentum, divided by the mean size of the gradients."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.errors import FieldError
from owltf.solvers.solver import Solver

_BELOW_ONE = ("momentum", "momentum2")


@keras.saving.register_keras_serializable("owltf")
class Adam(Solver):
    """m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g²; w = w - rate * c * m / (√v + delta).

    b1 and b2 are the fields `momentum` and `momentum2`, and c = √(1 - b2ᵗ) / (1 - b1ᵗ), with t
    from 1, corrects the start from zeros. The history is m of all blobs, then v of all.
    """

    caffe_type = "Adam"
    fields = ("momentum", "momentum2", "delta")
    slots = 2
    decays_untrained = True
    compiles = True

    @classmethod
    def check(cls, parameter: Any) -> None:
        """Check the fields of a `SolverParameter`.

        Raises:
            FieldError: if `momentum` or `momentum2` is not in [0, 1).
        """
        super().check(parameter)
        for name in _BELOW_ONE:
            value = getattr(parameter, name)
            if not 0 <= value < 1:
                raise FieldError(name, f"{name} of Adam must be in [0, 1), got {value:g}")

    def step_rate(self, rate: Any) -> Any:
        """Return the rate times c; float64, as 1 - b2ᵗ is a small difference at first."""
        step = tf.cast(self.iterations + 1, tf.float64)
        second = tf.sqrt(1 - tf.constant(self.momentum2, tf.float64) ** step)
        first = 1 - tf.constant(self.momentum, tf.float64) ** step
        return tf.cast(tf.cast(rate, tf.float64) * second / first, tf.float32)

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Update both histories and the variable in one pass over the memory."""
        mean, square = (history[index].value.handle for history in self.histories)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=mean,
            v=square,
            # With powers of 0 the operation corrects nothing; `step_rate` has done it.
            beta1_power=0.0,
            beta2_power=0.0,
            lr=rate,
            beta1=self.momentum,
            beta2=self.momentum2,
            epsilon=self.delta,
            grad=gradient,
        )
