"""The caffemodel format: the net and its weights as Caffe reads them."""

from __future__ import annotations

from pathlib import Path

from owltf.api import load_net, save_weights
from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Exported

TOLERANCE = 0.0


def write(exported: Exported, path: Path) -> None:
    """Write a net's weights, and its prototxt beside them."""
    save_weights(exported.net, path)
    beside(path).write_text(str(exported.net.graph.source.parameter))
    exported.tell(f"the net itself is in {beside(path).name}")


def beside(path: Path) -> Path:
    """Return where the prototxt is that goes with some weights."""
    return path.with_name(f"{path.name}.prototxt")


def check(exported: Exported, path: Path) -> Difference:
    """Load the weights into a net of the prototxt and compare it with the net."""
    registry = exported.net.context.registry
    loaded = load_net(beside(path), weights=path, registry=registry)
    return difference(exported, Exported(loaded).answers)
