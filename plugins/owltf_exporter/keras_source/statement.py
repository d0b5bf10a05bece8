"""Writes each call of a layer as a statement, by the layer's method `source`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from symtable import symtable
from typing import Any

from owltf.api import OwltfError, UnsupportedLayerError
from owltf_exporter.keras_source.call import Call, calls_of
from owltf_exporter.keras_source.keras_layers import keras_layer
from owltf_exporter.keras_source.names import RESERVED


@dataclass(frozen=True)
class Statement:
    """A call of a layer, written as a statement of the program.

    Attributes:
        call: the call.
        expression: the source of the expression that its variables are assigned.
    """

    call: Call
    expression: str


def statements_of(model: Any, owners: Mapping[str, str]) -> list[Statement]:
    """Return the statements of a model's layer calls, one after the other.

    Args:
        model: the functional model.
        owners: the Caffe layer, in words, of each Keras layer's name.

    Raises:
        OwltfError: if plain Keras cannot compute some layers, all are listed; or if two source
            texts that they need define the same name.
    """
    # Writing them once shows which names their source texts define; variables must have others.
    first = _written(calls_of(model, RESERVED), owners)
    taken = {*RESERVED, *_texts_by_name(first, owners)}
    taken.update(variable for each in first for variable in each.call.steps)
    return _written(calls_of(model, taken), owners)


def _written(calls: Iterable[Call], owners: Mapping[str, str]) -> list[Statement]:
    written, missing = [], dict[str, dict[str, None]]()
    for call in calls:
        try:
            written.append(Statement(call, _expression(call)))
        except UnsupportedLayerError as error:
            # A Caffe layer may consist of several Keras layers.
            missing.setdefault(str(error), {})[_owner(call, owners)] = None
    if missing:
        listed = "; ".join(f"{', '.join(layers)}: {what}" for what, layers in missing.items())
        raise OwltfError(f"--format python has no plain Keras for {listed}")
    return written


def _owner(call: Call, owners: Mapping[str, str]) -> str:
    return owners.get(call.layer.name, f"layer '{call.layer.name}'")


def _expression(call: Call) -> str:
    kind = type(call.layer)
    if write := keras_layer(kind):
        return write(call.layer, call)
    if not callable(getattr(kind, "source", None)):
        raise call.unsupported(f"its class {_title(kind)} has no method `source`")
    expression = call.layer.source(call)
    for text in (*call.steps.values(), expression):
        _check_expression(text, kind)
    return str(expression)


def _title(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _check_expression(text: str, kind: type) -> None:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError) as error:
        raise OwltfError(f"{_title(kind)}.source gives no expression: {text!r}") from error


def _texts_by_name(statements: Iterable[Statement], owners: Mapping[str, str]) -> dict[str, str]:
    """Return the needed source texts, by each name that they define.

    Raises:
        OwltfError: if two texts define the same name, or one that the program uses.
    """
    found: dict[str, str] = {}
    for statement in statements:
        for text in statement.call.texts:
            for name in defined_in(text):
                if name in RESERVED or found.setdefault(name, text) != text:
                    raise OwltfError(
                        f"--format python: {_owner(statement.call, owners)} needs a '{name}' that "
                        f"is not the one of other layers or of the program; give it another name"
                    )
    return found


def defined_in(text: str) -> list[str]:
    """Return the names that a source text defines."""
    symbols = symtable(text, "<source>", "exec").get_symbols()
    return [each.get_name() for each in symbols if each.is_assigned()]
