"""Writes layers of Keras's own classes into the program, from their configuration."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from keras import layers

from owltf.api import SourceCall

Write = Callable[[Any, SourceCall], str]

# Arguments to leave out: those that matter only in training, and those that all layers have.
_LEFT_OUT = re.compile(r".*_(initializer|regularizer|constraint)|name|dtype|trainable|seed")
# The layers that take a list of inputs; others with several inputs take them in various ways.
_JOINING = (
    layers.Add,
    layers.Average,
    layers.Concatenate,
    layers.Maximum,
    layers.Minimum,
    layers.Multiply,
    layers.Subtract,
)


def keras_layer(kind: type) -> Write | None:
    """Return the function that writes layers of a class of Keras's own; None for other classes.

    Args:
        kind: the class; its name alone would not do, as others have a class `Dense` too.
    """
    if getattr(layers, kind.__name__, None) is not kind:
        return None
    write: Write = _WITH_SHAPES.get(kind, _by_config)
    return write


def _input(layer: Any, call: SourceCall) -> str:
    return f"keras.Input({call.arguments(call.tops[0][1:], name=layer.name)})"


def _reshape(layer: Any, call: SourceCall) -> str:
    target = call.tops[0][1:]
    if len(target) == 1:
        return call.layer_call("layers.Flatten")
    return call.layer_call("layers.Reshape", target)


_WITH_SHAPES: dict[type, Write] = {layers.InputLayer: _input, layers.Reshape: _reshape}


def _by_config(layer: Any, call: SourceCall) -> str:
    kind, config = type(layer), _config(layer, call)
    if len(call.inputs) > 1 and kind not in _JOINING:
        raise call.unsupported(f"a keras.layers.{kind.__name__} of several inputs")
    known = signature(kind.__init__).parameters.values()
    wanted = [each for each in known if each.name in config and not _LEFT_OUT.fullmatch(each.name)]
    values = [config[each.name] for each in wanted if each.default is Parameter.empty]
    others = [each for each in wanted if each.default is not Parameter.empty]
    options = {each.name: _unusual(config[each.name], each.default) for each in others}
    try:
        return call.layer_call(f"layers.{kind.__name__}", *values, **options)
    except TypeError as error:
        raise call.unsupported(f"a keras.layers.{kind.__name__} of other objects") from error


def _config(layer: Any, call: SourceCall) -> dict[str, Any]:
    config = dict(layer.get_config())
    if config.get("axis") == len(call.shapes[0]) - 1:
        return {**config, "axis": -1}
    return config


def _unusual(value: Any, usual: Any) -> Any:
    """Return an option, or None if it is the default, in whichever form Keras stores that."""
    if value == "linear" and usual is None:
        return None
    sizes = value if isinstance(value, (list, tuple)) and value else [value]
    return None if value == usual or all(each == usual for each in sizes) else value
