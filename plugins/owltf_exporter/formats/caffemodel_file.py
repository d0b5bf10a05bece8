"""The caffemodel format: a weights file for Caffe, with the net's prototxt beside it."""

from __future__ import annotations

from pathlib import Path

from owltf.api import load_net, save_weights
from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Exported

TOLERANCE = 0.0


def write(exported: Exported, path: Path) -> None:
    """Write a net's weights, and its prototxt beside them."""
    save_weights(exported.net, path)
    prototxt_of(path).write_text(str(exported.net.graph.source.parameter))
    exported.tell(f"the net itself is in {prototxt_of(path).name}")


def prototxt_of(path: Path) -> Path:
    """Return the path of the prototxt that is written beside a weights file."""
    return path.with_name(f"{path.name}.prototxt")


def check(exported: Exported, path: Path) -> Difference:
    """Load the weights into a net of the prototxt, and compare it with the original net."""
    registry = exported.net.context.registry
    loaded = load_net(prototxt_of(path), weights=path, registry=registry)
    return difference(exported, Exported(loaded, wanted=exported.wanted).answers)
