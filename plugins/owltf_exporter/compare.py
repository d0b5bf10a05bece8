"""The difference between an exported model and the net it was made from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from owltf.api import Net, OwltfError, converter_of, has_open_batch
from owltf_exporter.box_rows import box_outputs, in_order_of
from owltf_exporter.export_job import Arrays, Exported, Run
from owltf_exporter.images.preprocessing import Preprocessing

_BATCH = 2


@dataclass(frozen=True)
class Difference:
    """The largest difference of two outputs.

    Attributes:
        size: it, as a part of the largest value where that is above 1; infinite where it is none.
        blob: the output it was found in.
        reason: why it is infinite.
    """

    size: float
    blob: str
    reason: str = ""

    def check(self, tolerance: float) -> Difference:
        """Return this if it is within a tolerance.

        Raises:
            OwltfError: if it is not.
        """
        if self.size <= tolerance:
            return self
        if self.reason:
            raise OwltfError(
                f"'{self.blob}' cannot be compared with the net's: {self.reason}; nothing was "
                "written (--tolerance inf writes it unchecked)"
            )
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
    boxes = box_outputs(exported.net, exported.outputs)
    found = [largest(run(inputs), exported.answers(inputs), boxes) for inputs in draws]
    return max(found, key=lambda each: each.size)


def largest(got: Arrays, wanted: Arrays, boxes: Collection[str] = ()) -> Difference:
    """Return the largest difference between outputs of the same names.

    Args:
        got: the outputs of the exported model.
        wanted: those of the net.
        boxes: the outputs that hold detections, whose order does not count.
    """
    found = [_between(name, got[name], wanted[name], name in boxes) for name in wanted]
    return max(found, key=lambda each: each.size)


def _between(blob: str, got: np.ndarray, wanted: np.ndarray, is_set: bool) -> Difference:
    finite = np.isfinite(wanted)
    if reason := _reason(got, wanted, finite):
        return Difference(float("inf"), blob, reason)
    got = in_order_of(wanted, got) if is_set else got
    ours, theirs = np.asarray(got, np.float64)[finite], np.asarray(wanted, np.float64)[finite]
    size = np.max(np.abs(ours - theirs), initial=0) / np.max(np.abs(theirs), initial=1)
    return Difference(float(size), blob)


def _reason(got: np.ndarray, wanted: np.ndarray, finite: np.ndarray) -> str:
    """Say why outputs have no difference that could be told, if that is so."""
    if got.shape != wanted.shape:
        return f"it is {got.shape}, not {wanted.shape}"
    if wanted.size and not np.any(finite):
        return "the net's own values overflow on random inputs, with these weights"
    if not np.array_equal(np.isfinite(got), finite):
        return "other values of it overflow"
    return ""


def random_inputs(
    exported: Exported, batch: int = _BATCH, *, as_images: bool = True
) -> dict[str, np.ndarray]:
    """Return inputs like those the net is made for, the same at each call.

    Args:
        exported: the net.
        batch: how many rows they have, if the net takes any number of them.
        as_images: whether an input that takes images gets bytes, prepared as they are.
    """
    rng, net = np.random.default_rng(0), exported.net
    numbers, is_open = _numbers(net), has_open_batch(net)
    made = {}
    for name in net.inputs:
        own = net.blob_shapes[name]
        shape = (batch, *own[1:]) if is_open else own
        if name in numbers:
            made[name] = rng.integers(0, numbers[name], shape).astype(np.float32)
        elif as_images and exported.preprocessing and name == exported.image_blob:
            made[name] = _images(exported.preprocessing, rng, shape)
        else:
            made[name] = rng.standard_normal(shape, np.float32)
    return made


def _numbers(net: Net) -> dict[str, int]:
    """Return the inputs that must be whole numbers from 0 on, and what they stay below."""
    limits: dict[str, int] = {}
    for layer in net.graph.layers:
        bottoms = list(layer.parameter.bottom)
        shapes = [net.blob_shapes[name] for name in bottoms]
        converter = converter_of(layer.parameter, net.context.registry)
        numbers = converter.whole_numbers(layer.parameter, shapes)
        limits.update({bottoms[index]: limit for index, limit in numbers.items()})
    return limits


def _images(how: Preprocessing, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    values = rng.integers(0, 256, shape).astype(np.float32)
    values = values if how.mean is None else values - how.mean
    return np.asarray(values * np.float32(how.scale), np.float32)
