"""Computes a TensorFlow function by TensorFlow Lite, which is quicker for an image at a time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from math import prod
from threading import Lock
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.keras_internals import frozen, only_reading
from owltf.runtime.compiled import compiled
from owltf.runtime.standard_ops import standard_ops_only
from owltf.runtime.start_tensorflow import without_lite_notes

# A model is in memory three times while it is made.
_MOST_WEIGHTS = 2**25
# Of a model from 0.4 to 26 million weights, on two cores.
_SECONDS_PER_WEIGHT = 2.7e-7


def lite_form(
    function: Callable[[Any], Any], specs: Sequence[Any]
) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
    """Return what computes a function of a list of tensors on arrays, with the weights as they are.

    Args:
        function: the function, which returns a list of tensors.
        specs: the `tf.TensorSpec`s of its arguments; their shapes must be known.

    Raises:
        KeyError: if it returns one of its arguments. TensorFlow Lite raises errors of many types.
    """
    with standard_ops_only(unroll=True), only_reading():
        concrete = compiled(function).get_concrete_function(specs)
    with warnings.catch_warnings(), without_lite_notes():
        warnings.simplefilter("ignore")
        concrete = frozen(concrete)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
        # A SavedModel in between would change the outputs' names.
        converter.experimental_lower_to_saved_model = False
        interpreter = _interpreter(converter.convert())
        interpreter.allocate_tensors()
    return _LiteRun(interpreter, concrete)


def may_be_lite(concrete: Any) -> bool:
    """Return whether a function has few enough weights for the form.

    Args:
        concrete: a `tf.ConcreteFunction` of it.
    """
    return _weights(concrete) <= _MOST_WEIGHTS


def lite_seconds(concrete: Any) -> float:
    """Return about how many seconds it takes to make the form of a function.

    Args:
        concrete: a `tf.ConcreteFunction` of it.
    """
    return _weights(concrete) * _SECONDS_PER_WEIGHT


def _weights(concrete: Any) -> int:
    return sum(prod(each.shape) for each in concrete.variables)


def _interpreter(model: bytes) -> Any:
    given = tf.config.threading.get_intra_op_parallelism_threads()
    threads = given or len(os.sched_getaffinity(0))
    return _interpreter_class()(model_content=model, num_threads=threads)


def _interpreter_class() -> Any:
    # The package is what becomes of TensorFlow's own, which says that it will go.
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return tf.lite.Interpreter
    return Interpreter


class _LiteRun:
    """Runs an interpreter, one call at a time."""

    def __init__(self, interpreter: Any, concrete: Any) -> None:
        self._lock, self._interpreter = Lock(), interpreter
        given = {each["name"]: each["index"] for each in interpreter.get_input_details()}
        made = {each["name"]: each["index"] for each in interpreter.get_output_details()}
        self._inputs = [given[_name(each)] for each in concrete.inputs]
        self._outputs = [made[_name(each)] for each in concrete.outputs]

    def __call__(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        interpreter = self._interpreter
        with self._lock:
            for index, array in zip(self._inputs, arrays, strict=True):
                interpreter.set_tensor(index, array)
            interpreter.invoke()
            return [interpreter.get_tensor(index) for index in self._outputs]


def _name(tensor: Any) -> str:
    return str(tensor.name).removesuffix(":0")
