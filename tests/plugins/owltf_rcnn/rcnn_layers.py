"""Runs layers of owltf_rcnn, and compares them with figures of the forks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import owltf_exporter
import owltf_rcnn
from fork_oracle import check_fork

from owltf.testing import LayerRun, check_converter, run_layer, use_plugins

ORACLE = Path(__file__).parent / "oracle"
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(2, 12, 9, 11)).astype(np.float32)
# Images and regions differ in number, and no device has only a part of them.
REGIONS_ONLY: dict[str, Any] = {"batches": False, "sizes": False, "replicas": 1}


def regions(count: int, width: float, height: float) -> np.ndarray:
    """Return regions of two images, some of them partly outside."""
    x, y = (np.sort(RNG.uniform(-3, side, size=(count, 2)), 1) for side in (width, height))
    columns = [RNG.integers(0, 2, count), x[:, 0], y[:, 0], x[:, 1], y[:, 1]]
    return np.stack(columns, 1).astype(np.float32)


ROIS = regions(6, 90, 75)


def check_oracle(name: str) -> LayerRun:
    """Compare every recorded top and gradient of a case."""
    return check_fork(ORACLE / f"{name}.prototxt", owltf_rcnn)


def run(net: str, *bottoms: Any, **how: Any) -> LayerRun:
    """Run a layer with the plugin."""
    with use_plugins(owltf_rcnn):
        return run_layer(net, list(bottoms), **how)


def keeps_the_contract(net: str, *bottoms: Any, **how: Any) -> None:
    """Check what every layer owes its nets, its ONNX form too."""
    with use_plugins(owltf_rcnn, owltf_exporter):
        check_converter(net, list(bottoms), **how)
