"""ByName: what a net has, by name; an unknown name is answered with the near ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, NoReturn, TypeVar

from owltf.did_you_mean import did_you_mean

Value = TypeVar("Value")


class UnknownNameError(KeyError):
    """A name that the net does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class ByName(OrderedDict[str, Value], Generic[Value]):
    """Things of a net by name, from the input to the output.

    Args:
        what: a word for one of them, for errors.
        values: they.
    """

    def __init__(self, what: str, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self._what = what

    def __missing__(self, name: str) -> NoReturn:
        raise UnknownNameError(f"'{name}' is no {self._what}: {did_you_mean(str(name), self)}")
