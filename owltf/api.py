"""What plugins import: hooks, base classes, and nets.

Importing this module is cheap. The names below load TensorFlow when they are first used, so a
module of hooks imports `hookimpl` at its top and the rest inside its functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from owltf.errors import OwltfError
from owltf.plugin.discover import classes_in
from owltf.plugin.markers import hookimpl

if TYPE_CHECKING:
    from owltf.data.data_layer import DataContext, DataLayer
    from owltf.net.blob import Blob, in_one_layout
    from owltf.net.converter import LayerConverter
    from owltf.net.layer import Layer, UnsupportedLayerError
    from owltf.net.net import Net
    from owltf.net.params import Param, ParamBlob
    from owltf.net.replicas import Step, current_step, global_sum
    from owltf.solvers.learning_rate import LearningRate
    from owltf.solvers.solver import Solver
    from owltf.train.load import load_net
    from owltf.train.report import Report

_LATE = {
    "Blob": "owltf.net.blob",
    "DataContext": "owltf.data.data_layer",
    "DataLayer": "owltf.data.data_layer",
    "Layer": "owltf.net.layer",
    "LayerConverter": "owltf.net.converter",
    "LearningRate": "owltf.solvers.learning_rate",
    "Net": "owltf.net.net",
    "Param": "owltf.net.params",
    "ParamBlob": "owltf.net.params",
    "Report": "owltf.train.report",
    "Solver": "owltf.solvers.solver",
    "Step": "owltf.net.replicas",
    "UnsupportedLayerError": "owltf.net.layer",
    "current_step": "owltf.net.replicas",
    "global_sum": "owltf.net.replicas",
    "in_one_layout": "owltf.net.blob",
    "load_net": "owltf.train.load",
}

__all__ = [
    "Blob",
    "DataContext",
    "DataLayer",
    "Layer",
    "LayerConverter",
    "LearningRate",
    "Net",
    "OwltfError",
    "Param",
    "ParamBlob",
    "Report",
    "Solver",
    "Step",
    "UnsupportedLayerError",
    "classes_in",
    "current_step",
    "global_sum",
    "hookimpl",
    "in_one_layout",
    "load_net",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'owltf.api' has no attribute {name!r}")
