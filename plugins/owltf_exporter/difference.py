"""The difference between an exported model and the net it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from owltf.api import Net, OwltfError
from owltf_exporter.exported import Arrays, Exported, Run

_BATCH = 2


@dataclass(frozen=True)
class Difference:
    """The largest difference of two outputs.

    Attributes:
        size: it, as a part of the largest value where that is above 1.
        blob: the output it was found in.
    """

    size: float
    blob: str

    def check(self, tolerance: float) -> Difference:
        """Return this if it is within a tolerance.

        Raises:
            OwltfError: if it is not.
        """
        if self.size <= tolerance:
            return self
        raise OwltfError(
            f"the exported model's '{self.blob}' differs from the net's by {self.size:.2g}, more "
            f"than the tolerance {tolerance:g}; nothing was written"
        )


def difference(exported: Exported, run: Run, *, batch: int = _BATCH) -> Difference:
    """Return how far a model is from its net on random inputs.

    Args:
        exported: the net.
        run: runs the model on arrays by blob name.
        batch: how many rows the inputs have.
    """
    inputs = random_inputs(exported, batch)
    return largest(run(inputs), exported.net.forward(inputs))


def largest(got: Arrays, wanted: Arrays) -> Difference:
    """Return the largest difference between outputs of the same names."""
    return max(
        (Difference(_size(got[name], wanted[name]), name) for name in wanted),
        key=lambda each: each.size,
    )


def _size(got: np.ndarray, wanted: np.ndarray) -> float:
    if got.shape != wanted.shape or not np.array_equal(np.isfinite(got), np.isfinite(wanted)):
        return float("inf")
    finite = np.isfinite(wanted)
    ours, theirs = np.asarray(got, np.float64)[finite], np.asarray(wanted, np.float64)[finite]
    return float(np.max(np.abs(ours - theirs), initial=0) / np.max(np.abs(theirs), initial=1))


def random_inputs(exported: Exported, batch: int = _BATCH) -> dict[str, np.ndarray]:
    """Return inputs like those the net is made for, the same at each call."""
    rng = np.random.default_rng(0)
    net = exported.net
    shapes = {name: (batch, *net.blob_shapes[name][1:]) for name in net.inputs}
    rows = _rows(net)
    return {
        name: _image(exported, rng, shape)
        if exported.preprocessing and name == exported.image_blob
        else rng.integers(0, rows[name], shape).astype(np.float32)
        if name in rows
        else rng.standard_normal(shape, np.float32)
        for name, shape in shapes.items()
    }


def _rows(net: Net) -> dict[str, int]:
    """Return the inputs that name rows of an Embed layer, and how many rows it has."""
    embeds = [layer.parameter for layer in net.graph.layers if layer.type == "Embed"]
    return {name: each.embed_param.input_dim for each in embeds for name in each.bottom}


def _image(
    exported: Exported, rng: np.random.Generator, shape: tuple[int, ...]
) -> np.ndarray:
    how = exported.preprocessing
    assert how is not None
    values = rng.integers(0, 256, shape).astype(np.float32)
    values = values if how.mean is None else values - how.mean
    return np.asarray(values * np.float32(how.scale), np.float32)
