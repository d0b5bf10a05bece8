"""The difference between an exported model and the net it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from owltf.api import Net, OwltfError
from owltf_exporter.exported import Arrays, Exported, Run
from owltf_exporter.preprocessing import Preprocessing

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

    They are images, where the net takes some, and small numbers around 0, as whole images can drive
    a softmax to 0 and 1, which hides differences.

    Args:
        exported: the net.
        run: runs the model on arrays by blob name.
        batch: how many rows the inputs have.
    """
    kinds = (True, False) if exported.preprocessing else (False,)
    draws = [random_inputs(exported, batch, as_images=each) for each in kinds]
    found = [largest(run(inputs), exported.net.forward(inputs)) for inputs in draws]
    return max(found, key=lambda each: each.size)


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


def random_inputs(
    exported: Exported, batch: int = _BATCH, *, as_images: bool = True
) -> dict[str, np.ndarray]:
    """Return inputs like those the net is made for, the same at each call.

    Args:
        exported: the net.
        batch: how many rows they have.
        as_images: whether an input that takes images gets bytes, prepared as they are.
    """
    rng, net, rows = np.random.default_rng(0), exported.net, _rows(exported.net)
    made = {}
    for name in net.inputs:
        shape = (batch, *net.blob_shapes[name][1:])
        if name in rows:
            made[name] = rng.integers(0, rows[name], shape).astype(np.float32)
        elif as_images and exported.preprocessing and name == exported.image_blob:
            made[name] = _images(exported.preprocessing, rng, shape)
        else:
            made[name] = rng.standard_normal(shape, np.float32)
    return made


def _rows(net: Net) -> dict[str, int]:
    """Return the inputs that name rows of an Embed layer, and how many rows it has."""
    embeds = [layer.parameter for layer in net.graph.layers if layer.type == "Embed"]
    return {name: each.embed_param.input_dim for each in embeds for name in each.bottom}


def _images(how: Preprocessing, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    values = rng.integers(0, 256, shape).astype(np.float32)
    values = values if how.mean is None else values - how.mean
    return np.asarray(values * np.float32(how.scale), np.float32)
