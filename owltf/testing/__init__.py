"""Functions for tests of plugins: they run one layer, and check the rules that all layers keep.

Arrays are in Caffe's order throughout. A net is a prototxt of `Input` layers and then one layer
named `layer`, as `one_layer` writes it. A rule that a layer breaks raises an `AssertionError` that
states the rule and then what was found.

Importing this module is cheap; the names below load TensorFlow when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf.testing.checks.batches import check_batches
    from owltf.testing.checks.caffemodel import check_caffemodel
    from owltf.testing.checks.contract import check_converter
    from owltf.testing.checks.forms import check_forms
    from owltf.testing.checks.forward import check_forward
    from owltf.testing.checks.gradients import check_gradients
    from owltf.testing.checks.keras_file import check_keras_file
    from owltf.testing.checks.replicas import ReplicaRun, check_replicas, run_replicas
    from owltf.testing.checks.sharing import check_sharing
    from owltf.testing.checks.sizes import check_sizes
    from owltf.testing.compare import assert_close, check_layer
    from owltf.testing.layer_run import LayerRun, run_layer
    from owltf.testing.nets import LAYER, net_of, one_layer, use_plugins

_LATE = {
    "LAYER": "owltf.testing.nets",
    "LayerRun": "owltf.testing.layer_run",
    "ReplicaRun": "owltf.testing.checks.replicas",
    "assert_close": "owltf.testing.compare",
    "check_batches": "owltf.testing.checks.batches",
    "check_caffemodel": "owltf.testing.checks.caffemodel",
    "check_converter": "owltf.testing.checks.contract",
    "check_forms": "owltf.testing.checks.forms",
    "check_forward": "owltf.testing.checks.forward",
    "check_gradients": "owltf.testing.checks.gradients",
    "check_keras_file": "owltf.testing.checks.keras_file",
    "check_layer": "owltf.testing.compare",
    "check_replicas": "owltf.testing.checks.replicas",
    "check_sharing": "owltf.testing.checks.sharing",
    "check_sizes": "owltf.testing.checks.sizes",
    "net_of": "owltf.testing.nets",
    "one_layer": "owltf.testing.nets",
    "run_layer": "owltf.testing.layer_run",
    "run_replicas": "owltf.testing.checks.replicas",
    "use_plugins": "owltf.testing.nets",
}

__all__ = [
    "LAYER",
    "LayerRun",
    "ReplicaRun",
    "assert_close",
    "check_batches",
    "check_caffemodel",
    "check_converter",
    "check_forms",
    "check_forward",
    "check_gradients",
    "check_keras_file",
    "check_layer",
    "check_replicas",
    "check_sharing",
    "check_sizes",
    "net_of",
    "one_layer",
    "run_layer",
    "run_replicas",
    "use_plugins",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'owltf.testing' has no attribute {name!r}")
