"""The base class of solvers: sums, clips and regularises gradients before the update rule."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from owltf.caffe.schema.schema import load_schema
from owltf.convert.params import Param
from owltf.errors import FieldError, OwltfError
from owltf.keras_internals import WholeStepOptimizer
from owltf.runtime.compiled import compiled
from owltf.runtime.replicas import sum_over_replicas
from owltf.runtime.standard_ops import may_use_gpu_ops

# The fields of a SolverParameter that every solver uses.
COMMON_FIELDS = ("weight_decay", "regularization_type", "clip_gradients", "iter_size")
# The update of a blob of so many values repays in few steps what it takes to compile it.
_LARGE = 1 << 22


class Solver(WholeStepOptimizer):
    """A Keras optimizer that updates variables as one of Caffe's solvers does.

    A subclass has the update rule, `compute_update`, and declares the fields and history blobs that
    it needs. Before the rule, gradients are added up over the replicas, clipped by their global L2
    norm, divided by `iter_size` and regularised.

    Attributes:
        caffe_type: the solver's `type`.
        fields: the fields of `SolverParameter` that the rule uses; each is an attribute of the
            solver.
        slots: how many history blobs a parameter has.
        negated: the slots whose variables hold the negative of Caffe's history.
        decays_untrained: whether weight decay moves the history of blobs that are not trained. In
            Caffe it does wherever the rule's history does not depend on the rate.
        compiles: whether XLA can compile the rule. On a CPU it then goes over the memory of a large
            blob once, and not once for each operation.

    Args:
        learning_rate: a schedule or a number.
        weight_decay: factor of the regularisation.
        regularization_type: "L2" or "L1".
        clip_gradients: the largest global norm; below 0 for none.
        iter_size: the passes whose gradients are added up.
        lr_mults: a factor on the rate for each variable; 1 unless given.
        decay_mults: a factor on the weight decay for each variable; 1 unless given.
        name: Keras's name of the optimizer.
        **values: a value for each of `fields`; Caffe's default unless given.
    """

    caffe_type: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    slots: ClassVar[int] = 1
    negated: ClassVar[tuple[int, ...]] = ()
    decays_untrained: ClassVar[bool] = False
    compiles: ClassVar[bool] = False

    def __init__(
        self,
        learning_rate: Any,
        *,
        weight_decay: float = 0.0,
        regularization_type: str = "L2",
        clip_gradients: float = -1.0,
        iter_size: int = 1,
        lr_mults: Sequence[float] = (),
        decay_mults: Sequence[float] = (),
        name: str = "solver",
        **values: Any,
    ) -> None:
        super().__init__(learning_rate, name=name)
        _check_regularization(regularization_type)
        self._set_fields(values)
        self.schedule = learning_rate
        # Keras's own `weight_decay` would change the variables by another rule.
        self.decay = weight_decay
        self.regularization_type = regularization_type
        self.clip_gradients = clip_gradients
        self.iter_size = iter_size
        self.lr_mults = tuple(lr_mults)
        self.decay_mults = tuple(decay_mults)
        self.known: list[Any] = []
        self.histories: list[list[Any]] = []
        self.keeps_changes = False
        self._changes: list[Any] = []

    def _set_fields(self, values: Mapping[str, Any]) -> None:
        for name in values.keys() - set(self.fields):
            raise TypeError(f"{type(self).__name__} takes no {name}; its fields: {self.fields}")
        defaults = load_schema().message("SolverParameter")()
        for name in self.fields:
            setattr(self, name, values[name] if name in values else getattr(defaults, name))

    @classmethod
    def check(cls, parameter: Any) -> None:
        """Check the fields of a `SolverParameter`, before anything is built.

        Raises:
            FieldError: if one has a value that the solver cannot use.
        """
        _check_regularization(parameter.regularization_type)
        if parameter.momentum and "momentum" not in cls.fields:
            raise FieldError(
                "momentum", f"{cls.caffe_type} takes no momentum, got {parameter.momentum:g}"
            )

    @classmethod
    def from_parameter(cls, parameter: Any, learning_rate: Any, params: Sequence[Param]) -> Solver:
        """Return the solver of a `SolverParameter` for the parameter blobs of a net."""
        updated = [param for param in params if cls._updates(param, parameter.weight_decay)]
        solver = cls(
            learning_rate,
            lr_mults=[param.lr_mult if param.is_trained else 0 for param in updated],
            decay_mults=[param.decay_mult for param in updated],
            **{name: getattr(parameter, name) for name in (*COMMON_FIELDS, *cls.fields)},
        )
        solver.build([param.variable for param in updated])
        return solver

    @classmethod
    def _updates(cls, param: Param, decay: float) -> bool:
        """Return whether a step changes a blob or its history."""
        return param.is_trained or (cls.decays_untrained and decay * param.decay_mult != 0)

    def apply_trained(self, gradients: Sequence[Any]) -> None:
        """Make a step from the gradients of the blobs that are trained; of others it takes 0."""
        given = iter(gradients)
        known = enumerate(self.known)
        steps = [next(given) if _at(self.lr_mults, i) else tf.zeros(v.shape) for i, v in known]
        if steps:
            self.apply(steps)
        else:
            self.iterations.assign_add(1)

    def build(self, variables: Sequence[Any]) -> None:
        """Make the history variables of each variable."""
        if self.built:
            return
        super().build(variables)
        self.known = list(variables)
        self.histories = [
            [self.add_variable_from_reference(each, f"history_{slot}") for each in variables]
            for slot in range(self.slots)
        ]

    def summed(self, gradients: list[Any]) -> list[Any]:
        """Return the gradients added up over the replicas, then clipped."""
        trained = [index for index in range(len(gradients)) if _at(self.lr_mults, index)]
        sums = self._clipped(list(sum_over_replicas([gradients[index] for index in trained])))
        summed = dict(zip(trained, sums, strict=True))
        return [summed.get(index, gradient) for index, gradient in enumerate(gradients)]

    def _clipped(self, grads: list[Any]) -> list[Any]:
        if self.clip_gradients < 0:
            return grads
        norm = tf.linalg.global_norm(grads)
        scale = tf.where(norm > self.clip_gradients, self.clip_gradients / norm, 1.0)
        return [grad * scale for grad in grads]

    def update(self, variable: Any, gradient: Any, rate: Any, index: int) -> None:
        """Normalise and regularise one gradient, then apply the rule."""
        step = partial(self._step, variable, index=index)
        if self.compiles and variable.shape.num_elements() >= _LARGE and _may_compile():
            compiled(step, by_xla=True)(gradient, tf.convert_to_tensor(rate))
        else:
            step(gradient, rate)

    def _step(self, variable: Any, gradient: Any, rate: Any, index: int) -> None:
        if self._changes:
            self.change(variable, gradient, rate, index, self._changes[index].value)
        else:
            self._apply_rule(variable, self._prepared(gradient, variable, index), rate, index)

    def change(self, variable: Any, gradient: Any, rate: Any, index: int, change: Any) -> None:
        """Do what `update` does, and keep what was added to the variable.

        Rules do not ask where a variable stands: what they make of 0 is their change itself, which
        a difference of two weights would round.

        Args:
            variable: the variable.
            gradient: its gradient, of `summed`.
            rate: the learning rate, of `step_rate`.
            index: the variable's position.
            change: a variable of the same shape, which takes the change.
        """
        gradient = self._prepared(gradient, variable, index)
        change.assign(tf.zeros_like(change))
        self._apply_rule(change, gradient, rate, index)
        variable.assign_add(change)

    def _apply_rule(self, variable: Any, gradient: Any, rate: Any, index: int) -> None:
        self.compute_update(gradient, variable, rate * _at(self.lr_mults, index), index)

    def _prepared(self, gradient: Any, variable: Any, index: int) -> Any:
        if self.iter_size > 1:
            gradient = gradient / self.iter_size
        return self._regularized(gradient, variable, index)

    def _regularized(self, gradient: Any, variable: Any, index: int) -> Any:
        decay = self.decay * _at(self.decay_mults, index)
        if decay == 0:
            return gradient
        is_l2 = self.regularization_type == "L2"
        # A sum of three TensorFlow would rewrite to sums in temporary variables, which take longer.
        return gradient - -decay * (variable if is_l2 else tf.sign(variable))

    @abstractmethod
    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        """Change a variable and its history by the solver's rule.

        Args:
            gradient: the regularised gradient.
            variable: the variable, of the replica that is updated.
            rate: the learning rate times `lr_mult`.
            index: the variable's position, as in `self.histories[slot][index]`.
        """

    def keep_changes(self) -> None:
        """Keep the change of each step, for `diff`; call it after `build`, in its scope."""
        self.keeps_changes = True
        self._changes = [self.add_variable_from_reference(each, "change") for each in self.known]

    def diff(self, param: Param) -> np.ndarray:
        """Return what the last step subtracted from a blob, which Caffe leaves in its `diff`.

        It is zeros before the first step, and for a blob that no step changes.

        Args:
            param: the blob; `keep_changes` was called before the step.
        """
        known = zip(self.known, self._changes, strict=True)
        changes = [change for variable, change in known if variable is param.variable]
        if not changes:
            return np.zeros(param.shape, np.float32)
        return param.to_caffe(np.float32(0) - np.asarray(changes[0].numpy()))

    def history(self, params: Sequence[Param]) -> list[np.ndarray]:
        """Return the history blobs in a solverstate's order; zeros where a step changes none."""
        place = {id(variable): index for index, variable in enumerate(self.known)}
        return [
            self._history_of(slot, place.get(id(param.variable)), param)
            for slot in range(self.slots)
            for param in params
        ]

    def _history_of(self, slot: int, index: int | None, param: Param) -> np.ndarray:
        if index is None:
            return np.zeros(param.shape, np.float32)
        value = np.asarray(self.histories[slot][index].numpy())
        # Adding zero turns the -0.0 that a change of sign makes into 0.0.
        return param.to_caffe(value * self._sign(slot) + np.float32(0))

    def _sign(self, slot: int) -> np.float32:
        return np.float32(-1 if slot in self.negated else 1)

    def set_history(self, params: Sequence[Param], history: Sequence[np.ndarray]) -> None:
        """Assign the history blobs of a solverstate.

        Raises:
            OwltfError: if their number or a shape does not fit the solver and the net.
        """
        wanted = self.slots * len(params)
        if len(history) != wanted:
            raise OwltfError(
                f"the solverstate has {len(history)} history blobs, but the solver "
                f"{self.caffe_type} of this net has {wanted}"
            )
        for blob, param in zip(history, [*params] * self.slots, strict=True):
            _check_shape(blob, param)
        place = {id(param.variable): index for index, param in enumerate(params)}
        known = [place[id(variable)] for variable in self.known]
        for slot, variables in enumerate(self.histories):
            for variable, index in zip(variables, known, strict=True):
                blob = history[slot * len(params) + index].reshape(params[index].shape)
                variable.assign(params[index].blob.to_keras(blob) * self._sign(slot))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the solver."""
        return {
            "learning_rate": super().get_config()["learning_rate"],
            "weight_decay": self.decay,
            "regularization_type": self.regularization_type,
            "clip_gradients": self.clip_gradients,
            "iter_size": self.iter_size,
            "lr_mults": list(self.lr_mults),
            "decay_mults": list(self.decay_mults),
            "name": self.name,
            **{name: getattr(self, name) for name in self.fields},
        }


def _at(factors: Sequence[float], index: int) -> float:
    return factors[index] if factors else 1.0


def _check_regularization(kind: str) -> None:
    if kind not in ("L1", "L2"):
        raise FieldError("regularization_type", f"regularization_type is L1 or L2, got '{kind}'")


def _may_compile() -> bool:
    """Return whether a step is traced for one CPU alone."""
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return replicas == 1 and bool(tf.inside_function()) and not may_use_gpu_ops()


def _check_shape(blob: np.ndarray, param: Param) -> None:
    if blob.size != int(np.prod(param.shape)):
        raise OwltfError(
            f"the solverstate's history of layer '{param.layer}' has shape {blob.shape}, "
            f"but its parameter {param.index} has shape {param.shape}"
        )
