"""Computes blobs of a net by one TensorFlow function, with as little Python as there can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.keras_internals import flat_call
from owltf.net.quickest import Quickest, is_pure
from owltf.runtime.compiled import compiled

Run = Callable[[Sequence[Any]], Sequence[Any]]


class Answer:
    """A function of a net's inputs; it is traced once for each choice of shapes.

    Args:
        function: computes a dict of blobs, and the effects of layers without tops.
        inputs: the names of its inputs, in the order in which they are given.
        blobs: the names of the blobs.
        spec: the `tf.TensorSpec`s of its inputs if it takes any size; None for those that come.
        autotune: whether it may be compiled by XLA where that is quicker.
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
        self._runs: dict[tuple[Any, ...], Run] = {}

    def __call__(self, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the blobs by name."""
        key = () if self._spec is not None else tuple(each.shape for each in inputs.values())
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = self._run_for(inputs)
        values = run(tuple(inputs.values()))
        return {name: value.numpy() for name, value in zip(self._blobs, values, strict=False)}

    def _run_for(self, inputs: Mapping[str, Any]) -> Run:
        given = self._spec or inputs
        specs = [tf.TensorSpec(given[name].shape, given[name].dtype, name) for name in inputs]
        plain = self._traced.get_concrete_function(specs)
        if not self._autotune or not is_pure(plain):
            return flat_call(plain)
        by_xla = compiled(self._flat, by_xla=True)
        return Quickest(flat_call(plain), lambda: flat_call(by_xla.get_concrete_function(specs)))

    def _flat(self, tensors: Sequence[Any]) -> list[Any]:
        values, effects = self._function(dict(zip(self._inputs, tensors, strict=True)))
        return [*(values[name] for name in self._blobs), *effects]
