"""Writes the form of a net for another engine, and compares what it computes with TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from owltf.errors import OwltfError
from owltf.forms.engine import Engine
from owltf.net.net import Net

# Of the largest value, where that is above 1.
_TOLERANCE = 1e-5
# How many times what a difference in the last digit of the inputs makes, where that is more.
_ROUNDINGS = 10


def write_form(engine: Engine, net: Net, blobs: Sequence[str], path: Path) -> None:
    """Write the form of a net for an engine.

    Args:
        engine: the engine.
        net: the net, built for TEST, with its weights.
        blobs: the names of the blobs that the form computes.
        path: the file to write.

    Raises:
        OwltfError: if the engine cannot compute them, or not to 1e-5 as TensorFlow does. More is
            allowed where a rounding of the inputs alone makes that much, as of scores in the
            thousands before a softmax.
    """
    engine.write(net, blobs, path)
    run, model = engine.open(path), net.model_of(blobs)
    rng = np.random.default_rng(0)
    shapes = {name: blob.shape for name, blob in net.input_blobs.items()}
    for most in (1.0, 255.0):
        arrays = {
            name: (most * rng.random(shape)).astype(np.float32) for name, shape in shapes.items()
        }
        rounded = {name: np.nextafter(value, np.float32(0)) for name, value in arrays.items()}
        wanted, other = (model(each, training=False) for each in (arrays, rounded))
        found = run(arrays)
        for name in blobs:
            _check(engine, name, found[name], wanted[name].numpy(), other[name].numpy())


def _check(
    engine: Engine, name: str, found: np.ndarray, wanted: np.ndarray, of_rounded: np.ndarray
) -> None:
    size = max(1.0, float(np.max(np.abs(wanted), initial=0)))
    made = float(np.nanmax(np.abs(wanted - of_rounded), initial=0))
    most = max(_TOLERANCE * size, _ROUNDINGS * made)
    if found.shape != wanted.shape or not np.allclose(
        found, wanted, rtol=0, atol=most, equal_nan=True
    ):
        raise OwltfError(
            f"{engine.name} gives other figures than TensorFlow for '{name}', by more than "
            f"{_TOLERANCE:g} of the largest"
        )
