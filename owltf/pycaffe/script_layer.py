"""Finds the object of a script's Python layer in a built net."""

from __future__ import annotations

from typing import Any

from owltf.keras_internals import layers_before
from owltf.layers.utility.python_call import PythonCall
from owltf.net.net import Net


def script_layer(net: Net, name: str) -> Any:
    """Return the object of a Python layer, of the class that the script wrote.

    Args:
        net: the net.
        name: the layer's name.
    """
    for call in layers_before(net.layer_tops[name][0].tensor):
        if isinstance(call, PythonCall) and call.hosts is not None:
            host = call.hosts.all[0]
            if host.parameter.name == name:
                return host.script_layer
    raise AttributeError(f"'{name}' is no Python layer")
