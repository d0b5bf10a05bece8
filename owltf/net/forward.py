"""Runs a net forward on NumPy arrays in Caffe's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.net.answer import Answer
from owltf.net.input_arrays import InputArrays
from owltf.net.open_images import FixedSizeError, with_open_images
from owltf.net.pass_errors import pass_errors
from owltf.runtime.open_sizes import opened
from owltf.runtime.recurrent_state import with_recurrent_state
from owltf.runtime.user_errors import user_errors


@dataclass(frozen=True)
class Forward:
    """Computes blobs of a net; each choice of blobs is compiled once.

    Images of another size than the prototxt's run through a second form of the net, whose height
    and width are open.

    Attributes:
        inputs: what the net takes.
        owners: the Caffe layer, in words, of each Keras layer's name.
        model_of: returns the Keras model that computes blobs, and the effects of layers without
            tops.
        training: whether the net is one for training.
        autotune: whether passes may take another form than TensorFlow's where that is quicker.
        refresh: is called before each pass; returns a number that is another one after each change
            of a weight.
        by_engine: returns what computes blobs in place of TensorFlow, from arrays of the
            prototxt's height and width; None where TensorFlow must.
    """

    inputs: InputArrays
    owners: Mapping[str, str]
    model_of: Callable[[Sequence[str]], Any]
    training: bool
    autotune: bool = False
    refresh: Callable[[], int] = lambda: 0
    by_engine: Callable[[Sequence[str]], Any] = lambda blobs: None
    _engines: dict[tuple[str, ...], Any] = field(default_factory=dict, init=False)
    _functions: dict[tuple[tuple[str, ...], bool], Answer] = field(default_factory=dict, init=False)

    def __call__(self, arrays: Mapping[str, Any], blobs: Sequence[str]) -> dict[str, np.ndarray]:
        """Return blobs by name, as arrays; the arguments are those of `Net.forward`."""
        given = self.inputs.ready(arrays)
        if given is None:
            given = self.inputs.arrays(arrays)
            if given and all(_is_empty(value) for value in given.values()):
                return self._of_no_rows(given, blobs)
            if resized := self.inputs.of_other_sizes(given):
                return self._run_resized(tuple(blobs), given, resized)
        return self._run_usual(tuple(blobs), given)

    def _run_usual(
        self, blobs: tuple[str, ...], inputs: Mapping[str, Any]
    ) -> dict[str, np.ndarray]:
        """Return blobs of inputs of the prototxt's sizes."""
        engine = self.engine_for(blobs)
        if engine is not None:
            found: dict[str, np.ndarray] = engine(inputs)
            return found
        version = self.refresh()
        with pass_errors(self.inputs.name, self.owners):
            return self._run(blobs, inputs, version)

    def _of_no_rows(self, inputs: Mapping[str, Any], blobs: Sequence[str]) -> dict[str, np.ndarray]:
        """Return blobs without rows; oneDNN's convolutions give such blobs a wrong shape."""
        rows = {name: np.zeros((1, *value.shape[1:])) for name, value in inputs.items()}
        made = self(rows, blobs)
        if losses := [name for name, value in made.items() if value.ndim == 0]:
            raise OwltfError(f"{self.inputs.name}: '{losses[0]}' is not defined for a batch of 0")
        return {name: value[:0] for name, value in made.items()}

    def engine_for(self, blobs: tuple[str, ...]) -> Any:
        """Return what computes blobs in place of TensorFlow; None if TensorFlow does."""
        if blobs not in self._engines:
            self._engines[blobs] = self.by_engine(blobs)
        return self._engines[blobs]

    def _run_resized(
        self, blobs: tuple[str, ...], inputs: Mapping[str, Any], resized: Sequence[str]
    ) -> dict[str, np.ndarray]:
        version = self.refresh()
        with pass_errors(self.inputs.name, self.owners):
            return self._run_any_size(blobs, inputs, version, resized)

    def _run_any_size(
        self,
        blobs: tuple[str, ...],
        inputs: Mapping[str, Any],
        version: int,
        resized: Sequence[str],
    ) -> dict[str, np.ndarray]:
        try:
            return self._run(blobs, inputs, version, any_size=True)
        except FixedSizeError as error:
            reason = f"{self.owners[error.layer]} is for images of one size"
            raise self.inputs.wrong_shape(resized[0], inputs[resized[0]], f"; {reason}") from error
        except tf.errors.InvalidArgumentError as error:
            shapes = " and ".join(f"'{name}' {inputs[name].shape}" for name in resized)
            raise OwltfError(
                f"{self.inputs.name} cannot compute on {shapes}: {_reason(error)}"
            ) from error

    def _run(
        self,
        blobs: tuple[str, ...],
        inputs: Mapping[str, Any],
        version: int,
        *,
        any_size: bool = False,
    ) -> dict[str, np.ndarray]:
        key = blobs, any_size
        if key not in self._functions:
            self._functions[key] = self._function(blobs, any_size)
        with user_errors():
            return self._functions[key](inputs, version)

    def _function(self, blobs: Sequence[str], any_size: bool) -> Answer:
        model = self.model_of(blobs)
        if any_size:
            model = with_open_images(model)
        function = with_recurrent_state(partial(model, training=self.training))
        spec = self._open_specs() if any_size else None
        return Answer(function, tuple(self.inputs.shapes), blobs, spec, self.autotune)

    def _open_specs(self) -> dict[str, tf.TensorSpec]:
        shapes = {name: (None, *opened(shape)[1:]) for name, shape in self.inputs.shapes.items()}
        return {name: tf.TensorSpec(shape, name=name) for name, shape in shapes.items()}


def _is_empty(value: Any) -> bool:
    return bool(value.shape) and bool(value.shape[0] == 0)


def _reason(error: Exception) -> str:
    """Return the last line of TensorFlow's message, which says what is wrong and not where."""
    around = re.compile(r"\s|$|Graph execution error|Detected at node|<stack")
    lines = [line for line in str(error).splitlines() if not around.match(line)]
    return lines[-1] if lines else type(error).__name__
