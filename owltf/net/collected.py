"""The outputs of a net that a test keeps of all batches, and the figures that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from owltf.caffe.net.graph import GraphLayer
from owltf.convert.converter import converter_of
from owltf.net.net import Net

Figures = Callable[[Sequence[np.ndarray]], Mapping[str, np.ndarray]]


def collected_outputs(net: Net, solver: Any | None = None) -> dict[str, Figures]:
    """Return, for each such output by blob name, the function from its tops to the figures.

    Args:
        net: the net.
        solver: the `SolverParameter` that it is tested by, if there is one.
    """
    registry = net.context.registry
    found: dict[str, Figures] = {}
    for layer in net.graph.layers:
        if converter_of(layer.parameter, registry).is_collected:
            for top in set(layer.parameter.top) & set(net.outputs):
                found[top] = partial(_figures, net, layer, solver, top)
    return found


def _figures(
    net: Net, layer: GraphLayer, solver: Any, top: str, arrays: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    converter = converter_of(layer.parameter, net.context.registry)
    figures = converter.figures(layer.parameter, arrays, solver)
    return {f"{top}{name}": np.array([value]) for name, value in figures.items()}
