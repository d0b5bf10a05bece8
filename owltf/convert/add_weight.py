"""Intercepts Keras's `add_weight`, so that a Caffe layer decides which variable a weight is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from threading import RLock, get_ident
from typing import Any

import keras

# Given the Keras layer, the call's arguments by name, and what adds the weight as Keras does.
Chooser = Callable[[Any, dict[str, Any], Callable[..., Any]], Any]

_replacing = RLock()


@contextmanager
def weights_chosen_by(choose: Chooser) -> Iterator[None]:
    """Ask a function for the variable whenever a Keras layer of this thread adds a weight.

    Keras has no means to give a layer an existing variable, so `keras.layers.Layer.add_weight` is
    replaced while one Caffe layer is built. It is replaced in the class, not in one object, so
    that it works whether a layer adds its weights in `__init__` or in `build`, by itself or
    through layers inside it.

    Args:
        choose: returns the variable.
    """
    with _replacing:
        original, thread = keras.layers.Layer.add_weight, get_ident()

        @wraps(original)
        def add_weight(layer: Any, *args: Any, **kwargs: Any) -> Any:
            add = original.__get__(layer)
            if get_ident() != thread:
                return add(*args, **kwargs)
            return choose(layer, by_name(original, args, kwargs), add)

        keras.layers.Layer.add_weight = add_weight
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = original


def by_name(
    add_weight: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call of `add_weight` by name.

    How many may be positional differs between versions of Keras; their order does not.
    """
    parameters = signature(add_weight).parameters.values()
    names = [each.name for each in parameters if each.kind is not Parameter.VAR_POSITIONAL]
    return {**dict(zip(names[1:], args, strict=False)), **kwargs}
