"""Writing: calls and values as Python text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from owltf_exporter.keras_program.calls import Call

Expression = Callable[[Call, set[str]], str]


def layer(call: Call, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
    """Return the call of a Keras layer, its arguments in Python.

    Args:
        call: the call.
        kind: the layer's class.
        *values: its arguments by place.
        x: what is done to the input first, in a line of its own.
        **options: its arguments by name; None for those that stay as usual.
    """
    arguments = [python(value) for value in values]
    arguments += [f"{key}={python(value)}" for key, value in options.items() if value is not None]
    made = f"layers.{kind}({', '.join([*arguments, f'name={python(call.layer.name)}'])})"
    return f"{x}\n{made}(x)" if x else f"{made}({given(call)})"


def own_layer(call: Call, kind: str, *values: Any, **options: Any) -> str:
    """Return the call of a class of the program's own, its arguments in Python."""
    return layer(call, kind, *values, **options).removeprefix("layers.")


def python(value: Any) -> str:
    """Return a value as it is written in Python, a float32 as people write it."""
    if isinstance(value, str):
        return json.dumps(value)
    # 1e-05 and not 9.999999747378752e-06.
    return str(np.float32(value)) if isinstance(value, float) else repr(value)


def given(call: Call) -> str:
    """Return what a call is given: a variable, or a list of several."""
    return call.x if len(call.inputs) == 1 else f"[{', '.join(call.inputs)}]"


def side(sizes: Sequence[int]) -> Any:
    """Return equal sizes as one number."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


def unless(value: Any, usual: Any) -> Any:
    """Return a value, None where it is the usual one."""
    return None if value == usual else value


def options(call: Call, *names: str) -> str:
    """Return some of the layer's arguments by name."""
    return ", ".join(f"{name}={python(call.config[name])}" for name in names)


def simple(text: str) -> Expression:
    """Return what fills a text with a call's variable, `x`, and its layer's arguments."""

    def write(call: Call, needs: set[str]) -> str:
        return text.format(x=call.x, **{name: python(each) for name, each in call.config.items()})

    return write
