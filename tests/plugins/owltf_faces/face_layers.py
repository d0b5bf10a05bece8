"""Runs layers of owltf_faces, and compares them with figures of the forks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import owltf_exporter
import owltf_faces
from fork_oracle import check_fork

from owltf.testing import LayerRun, check_converter, run_layer, use_plugins

ORACLE = Path(__file__).parent / "oracle"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3, 5, 6)).astype(np.float32)
ROWS = [RNG.normal(size=(4, 5)).astype(np.float32) for _ in range(3)]
LABELS = np.array([0, 2, 1, 2], np.float32)


def check_oracle(name: str) -> LayerRun:
    """Compare every recorded top and gradient of a case."""
    return check_fork(ORACLE / f"{name}.prototxt", owltf_faces)


def run(net: str, *bottoms: Any, **how: Any) -> LayerRun:
    """Run a layer with the plugin."""
    with use_plugins(owltf_faces):
        return run_layer(net, list(bottoms), **how)


def keeps_the_contract(net: str, *bottoms: Any, **how: Any) -> None:
    """Check what every layer owes its nets, its ONNX form too."""
    with use_plugins(owltf_faces, owltf_exporter):
        check_converter(net, list(bottoms), **how)
