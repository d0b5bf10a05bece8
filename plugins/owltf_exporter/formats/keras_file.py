"""The keras format: the net's Keras model in Keras's own file."""

from __future__ import annotations

from pathlib import Path

import keras

from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Arrays, Exported

TOLERANCE = 1e-5


def write(exported: Exported, path: Path) -> None:
    """Write a net's model."""
    exported.net.open_model_of(exported.outputs).save(path)


def check(exported: Exported, path: Path) -> Difference:
    """Load the model and compare it with the net."""
    model = keras.models.load_model(path)

    def run(arrays: Arrays) -> Arrays:
        tops = model(dict(arrays), training=False)
        return {name: top.numpy() for name, top in tops.items()}

    return difference(exported, run)
