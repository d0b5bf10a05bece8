"""Computes blobs of a net by one TensorFlow function, with as little Python as there can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.keras_internals import array_call, flat_call, only_reading
from owltf.net.lite_form import lite_form, lite_seconds, may_be_lite
from owltf.net.quickest import Form, Quickest, is_pure
from owltf.runtime.compiled import compiled

# Of so many shapes of the inputs, the first ones, other forms are tried.
_TRIALS = 4
# XLA compiles for a second or more, and a larger net takes longer in its code than in oneDNN's.
_SMALL_S = 4e-3


class Answer:
    """A function of a net's inputs; it is traced once for each choice of shapes.

    Args:
        function: computes a dict of blobs, and the effects of layers without tops.
        inputs: the names of its inputs, in the order in which they are given.
        blobs: the names of the blobs.
        spec: the `tf.TensorSpec`s of its inputs if it takes any size; None for those that come.
        autotune: whether it may take another form where that is quicker.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        inputs: Sequence[str],
        blobs: Sequence[str],
        spec: Mapping[str, Any] | None,
        autotune: bool,
    ) -> None:
        self._function, self._inputs, self._blobs = function, tuple(inputs), tuple(blobs)
        self._spec, self._autotune = spec, autotune
        self._traced = compiled(self._flat)
        self._runs: dict[Any, Quickest] = {}

    def __call__(self, inputs: Mapping[str, np.ndarray], version: int = 0) -> dict[str, np.ndarray]:
        """Return the blobs by name.

        Args:
            inputs: the inputs by name.
            version: a number that is another one after each change of a weight.
        """
        arrays = tuple(inputs.values())
        key = None if self._spec is not None else tuple(each.shape for each in arrays)
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = self._run_for(inputs)
        return dict(zip(self._blobs, run(arrays, version), strict=False))

    def _run_for(self, inputs: Mapping[str, Any]) -> Quickest:
        given = self._spec or inputs
        specs = [tf.TensorSpec(given[name].shape, tf.float32, name) for name in inputs]
        with only_reading():
            plain = self._traced.get_concrete_function(specs)
        if not is_pure(plain):
            return Quickest(_by_tensors(plain))
        may_try = self._autotune and len(self._runs) < _TRIALS
        return Quickest(array_call(plain), self._others(specs, plain) if may_try else ())

    def _others(self, specs: Sequence[Any], plain: Any) -> list[Form]:
        by_xla = compiled(self._flat, by_xla=True)

        def xla() -> Any:
            with only_reading():
                return array_call(by_xla.get_concrete_function(specs))

        forms = [Form(xla, most_seconds=_SMALL_S)]
        if self._spec is None and may_be_lite(plain):
            lite = Form(
                lambda: lite_form(self._flat, specs),
                holds_weights=True,
                cost_s=lite_seconds(plain),
            )
            forms.append(lite)
        return forms

    def _flat(self, tensors: Sequence[Any]) -> list[Any]:
        values, effects = self._function(dict(zip(self._inputs, tensors, strict=True)))
        return [*(values[name] for name in self._blobs), *effects]


def _by_tensors(concrete: Any) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
    """Return what calls a function that may keep its inputs, so that it gets copies."""
    run = flat_call(concrete)
    return lambda arrays: [each.numpy() for each in run([tf.constant(each) for each in arrays])]
