"""Notices that variables were changed, by whatever changed them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from owltf.keras_internals import flat_call, only_reading
from owltf.runtime.compiled import compiled
from owltf.runtime.variable_uses import holder, is_counted, uses


class VariableWatch:
    """Knows whether some Keras variables have other values than when it last looked.

    TensorFlow gives a variable new memory when it is assigned, and also when it is changed in
    place while somebody holds its value, as this object does. So comparing addresses is enough.
    That is so on the CPU alone. It looks only where `uses` says that there may be a change.

    Args:
        variables: the variables.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self._variables = list({id(each): each for each in map(holder, variables)}.values())
        self._held: list[np.ndarray] = []
        self._places: list[int] = []
        self._uses = -1
        self._are_counted = False

    def has_changed(self) -> bool:
        """Return whether a variable was changed since the last call; the first one says so too."""
        number = uses.number
        if self._are_counted and number == self._uses:
            return False
        self._uses, self._are_counted = number, all(map(is_counted, self._variables))
        return self._have_moved()

    def _have_moved(self) -> bool:
        held = [np.asarray(memoryview(value)) for value in self._read(())]
        places = [each.__array_interface__["data"][0] for each in held]
        if places == self._places:
            return False
        self._held, self._places = held, places
        return True

    @cached_property
    def _read(self) -> Any:
        # One call of TensorFlow reads them all.
        read = compiled(lambda: [variable.read_value() for variable in self._variables])
        with only_reading():
            return flat_call(read.get_concrete_function())
