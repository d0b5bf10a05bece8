"""The hooks of this plugin.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import LayerConverter, Solver


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the file with the message of Shrink layers, `shrink_param`."""
    return [Path(__file__).with_name("shrink.pb")]


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of this plugin's layer types."""
    from my_layer_plugin.shrink import Shrink

    return [Shrink]


@hookimpl
def owltf_solvers() -> list[type[Solver]]:
    """Return the solvers of this plugin, which a solver's `type` names."""
    from my_layer_plugin.lion import Lion

    return [Lion]
