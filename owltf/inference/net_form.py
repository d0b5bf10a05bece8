"""Writes the form of a net for another engine, and compares what it computes with TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from owltf.errors import OwltfError
from owltf.forms.engine import Engine
from owltf.net.net import Net

# Of the largest value, where that is above 1.
_TOLERANCE = 1e-5


def write_form(engine: Engine, net: Net, blobs: Sequence[str], path: Path) -> None:
    """Write the form of a net for an engine.

    Args:
        engine: the engine.
        net: the net, built for TEST, with its weights.
        blobs: the names of the blobs that the form computes.
        path: the file to write.

    Raises:
        OwltfError: if the engine cannot compute them, or not to 1e-5 as TensorFlow does.
    """
    engine.write(net, blobs, path)
    run, model = engine.open(path), net.model_of(blobs)
    rng = np.random.default_rng(0)
    shapes = {name: blob.shape for name, blob in net.input_blobs.items()}
    for most in (1.0, 255.0):
        arrays = {
            name: (most * rng.random(shape)).astype(np.float32) for name, shape in shapes.items()
        }
        wanted = model(arrays, training=False)
        _check(engine, run(arrays), {name: wanted[name].numpy() for name in blobs})


def _check(
    engine: Engine, found: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]
) -> None:
    for name, blob in wanted.items():
        size = max(1.0, float(np.max(np.abs(blob), initial=0)))
        if found[name].shape != blob.shape or not np.allclose(
            found[name], blob, rtol=0, atol=_TOLERANCE * size, equal_nan=True
        ):
            raise OwltfError(
                f"{engine.name} gives other figures than TensorFlow for '{name}', by more than "
                f"{_TOLERANCE:g} of the largest"
            )
