"""Which Keras layers a converter's code makes, found without building a net."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import keras


def keras_classes(converter: Any) -> set[type]:
    """Return the Keras layer classes that a converter's `build` names, by itself or by functions.

    It follows the names in the code: a class may be found that some layers of the type do not use.

    Args:
        converter: a `LayerConverter`.
    """
    found: set[type] = set()
    seen: set[int] = set()
    left: list[Any] = [getattr(converter, name) for name in dir(converter)]
    while left:
        member = inspect.unwrap(left.pop())
        if id(member) in seen:
            continue
        seen.add(id(member))
        if isinstance(member, type) and issubclass(member, keras.layers.Layer):
            found.add(member)
        left += _named_by(member)
    return found


def _named_by(member: Any) -> list[Any]:
    """Return what a function's code names, or what a table holds."""
    member = getattr(member, "__func__", member)
    if isinstance(member, FunctionType):
        names = {name for code in _codes(member.__code__) for name in code.co_names}
        return [member.__globals__[name] for name in names if name in member.__globals__]
    return list(member.values()) if isinstance(member, dict) else []


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
