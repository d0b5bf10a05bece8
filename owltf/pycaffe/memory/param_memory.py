"""ParamMemory: a parameter blob's values, which nets may share; and all of those of some nets."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from owltf.convert.params import Param
from owltf.pycaffe.memory.host_array import Array, HostArray


class ParamMemory(HostArray):
    """The values of a parameter blob; the device's are those of its variable.

    Args:
        param: the parameter blob.
    """

    def __init__(self, param: Param) -> None:
        super().__init__(param.shape)
        self.param = param
        self.is_current = False

    def newest(self) -> Array:
        """Return the variable's values in Caffe's order."""
        return np.asarray(self.param.get())

    def push(self) -> None:
        """Give the variable what the script wrote."""
        self.is_given = self.is_held()
        self.param.set(self.view())


class ParamMemories:
    """The parameter blobs of nets that may share them; one memory for each variable."""

    def __init__(self) -> None:
        self._known: dict[int, ParamMemory] = {}

    def of(self, param: Param) -> ParamMemory:
        """Return the memory of a parameter blob."""
        key = id(param.variable)
        if key not in self._known:
            self._known[key] = ParamMemory(param)
        return self._known[key]

    def push(self) -> None:
        """Give the variables what the script wrote, before a pass."""
        for memory in self._known.values():
            if memory.is_given:
                memory.push()

    def changed(self, params: Iterable[Param]) -> None:
        """Take note of variables that a pass, an update or a file changed."""
        for param in params:
            self.of(param).changed()
