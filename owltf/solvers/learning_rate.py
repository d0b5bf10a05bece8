"""Caffe's learning-rate policies, each a Keras schedule that is evaluated in the graph."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import keras
import tensorflow as tf

from owltf.errors import FieldError


class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """A learning-rate policy: computes the rate of each iteration.

    It computes in float64 and rounds to float32, as Caffe's `pow` does. Any Keras optimizer can use
    it.

    Attributes:
        fields: the fields of `SolverParameter` that the formula uses.
        positive: those among them that must be greater than 0.

    Args:
        **values: a value for `base_lr` and for each of `fields`.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    positive: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self.values = {name: values[name] for name in ("base_lr", *self.fields)}

    @classmethod
    def from_solver(cls, parameter: Any) -> LearningRate:
        """Return the schedule of a `SolverParameter`.

        Raises:
            FieldError: if a field that must be positive is not.
        """
        values = {name: _plain(getattr(parameter, name)) for name in ("base_lr", *cls.fields)}
        for name in cls.positive:
            if values[name] <= 0:
                policy = parameter.lr_policy
                raise FieldError(
                    name, f"lr_policy '{policy}' needs {name} above 0, got {values[name]}"
                )
        return cls(**values)

    def __call__(self, step: Any) -> Any:
        """Return the rate of an iteration, a float32 scalar."""
        rate = self.values["base_lr"] * self.factor(tf.cast(step, tf.float64), **self._others())
        return tf.cast(rate, tf.float32)

    def _others(self) -> dict[str, Any]:
        return {name: self.values[name] for name in self.fields}

    @abstractmethod
    def factor(self, iteration: Any, **fields: Any) -> Any:
        """Return what `base_lr` is multiplied by.

        Args:
            iteration: a float64 scalar, from 0.
            **fields: the values of `fields`.
        """

    def current_step(self, iteration: int) -> int:
        """Return the number of steps before an iteration, which Caffe keeps in a solverstate."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the schedule."""
        return dict(self.values)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else list(value)


@keras.saving.register_keras_serializable("owltf")
class Fixed(LearningRate):
    """The policy `fixed`: base_lr."""

    def factor(self, iteration: Any) -> Any:
        """Return 1."""
        return tf.ones_like(iteration)


@keras.saving.register_keras_serializable("owltf")
class Step(LearningRate):
    """The policy `step`: base_lr * gamma ^ floor(iteration / stepsize)."""

    fields = ("gamma", "stepsize")
    positive = ("stepsize",)

    def factor(self, iteration: Any, gamma: float, stepsize: int) -> Any:
        """Return gamma to the power of the number of steps taken."""
        return tf.pow(tf.constant(gamma, tf.float64), tf.floor(iteration / stepsize))

    def current_step(self, iteration: int) -> int:
        """Return how many times the iteration contains `stepsize`."""
        return iteration // int(self.values["stepsize"])


@keras.saving.register_keras_serializable("owltf")
class Exp(LearningRate):
    """The policy `exp`: base_lr * gamma ^ iteration."""

    fields = ("gamma",)

    def factor(self, iteration: Any, gamma: float) -> Any:
        """Return gamma to the power of the iteration."""
        return tf.pow(tf.constant(gamma, tf.float64), iteration)


@keras.saving.register_keras_serializable("owltf")
class Inv(LearningRate):
    """The policy `inv`: base_lr * (1 + gamma * iteration) ^ -power."""

    fields = ("gamma", "power")

    def factor(self, iteration: Any, gamma: float, power: float) -> Any:
        """Return the inverse of (1 + gamma * iteration) to the power."""
        return tf.pow(1.0 + gamma * iteration, -power)


@keras.saving.register_keras_serializable("owltf")
class MultiStep(LearningRate):
    """The policy `multistep`: base_lr * gamma ^ (how many of stepvalue were passed).

    As in Caffe, an iteration passes one value at most, and a value counts only after those written
    before it: of values that are repeated, or out of order, each waits for its turn.
    """

    fields = ("gamma", "stepvalue")

    def factor(self, iteration: Any, gamma: float, stepvalue: list[int]) -> Any:
        """Return gamma to the power of the number of values passed."""
        turns = _turns(stepvalue)
        values = tf.constant(turns, tf.float64, shape=(len(turns),))
        passed = tf.reduce_sum(tf.cast(values <= iteration, tf.float64))
        return tf.pow(tf.constant(gamma, tf.float64), passed)

    def current_step(self, iteration: int) -> int:
        """Return how many values were passed up to the iteration."""
        return sum(turn <= iteration for turn in _turns(self.values["stepvalue"]))


def _turns(stepvalue: Sequence[int]) -> list[int]:
    """Return the iteration that passes each value."""
    turns: list[int] = []
    for value in stepvalue:
        turns.append(max(value, turns[-1] + 1 if turns else 0))
    return turns


@keras.saving.register_keras_serializable("owltf")
class Poly(LearningRate):
    """The policy `poly`: base_lr * (1 - iteration / max_iter) ^ power."""

    fields = ("power", "max_iter")
    positive = ("max_iter",)

    def factor(self, iteration: Any, power: float, max_iter: int) -> Any:
        """Return the share of iterations that is left, to the power."""
        return tf.pow(1.0 - iteration / max_iter, power)


@keras.saving.register_keras_serializable("owltf")
class Sigmoid(LearningRate):
    """The policy `sigmoid`: base_lr / (1 + exp(-gamma * (iteration - stepsize)))."""

    fields = ("gamma", "stepsize")

    def factor(self, iteration: Any, gamma: float, stepsize: int) -> Any:
        """Return the sigmoid of the iteration, which is one half at `stepsize`."""
        return tf.sigmoid(gamma * (iteration - stepsize))


POLICIES = {
    "fixed": Fixed,
    "step": Step,
    "exp": Exp,
    "inv": Inv,
    "multistep": MultiStep,
    "poly": Poly,
    "sigmoid": Sigmoid,
}
