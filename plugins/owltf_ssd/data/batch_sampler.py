"""The batch samplers of AnnotatedData: parts of an image that show its objects well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any

import numpy as np

from owltf_ssd.data.true_boxes import BOX, Rows, coverages, overlaps


def draw_window(samplers: Sequence[Any], rows: Rows, draw: np.random.Generator) -> Any | None:
    """Return one of the windows that the samplers give, as a box; None if they give none.

    Args:
        samplers: the `BatchSampler` messages.
        rows: the image's true boxes.
        draw: what is drawn from.
    """
    windows = [window for sampler in samplers for window in _windows(sampler, rows, draw)]
    return windows[int(draw.integers(len(windows)))] if windows else None


def _windows(sampler: Any, rows: Rows, draw: np.random.Generator) -> Iterator[Any]:
    """Yield the windows of one sampler: up to `max_sample` of `max_trials` that fit."""
    if not sampler.use_original_image:
        return
    found = 0
    for _ in range(sampler.max_trials):
        if sampler.HasField("max_sample") and found >= sampler.max_sample:
            return
        window = _window(sampler.sampler, draw)
        if fits(window, rows, sampler.sample_constraint):
            found += 1
            yield window


def _window(sampler: Any, draw: np.random.Generator) -> Any:
    scale = draw.uniform(sampler.min_scale, sampler.max_scale)
    least = max(sampler.min_aspect_ratio, scale**2)
    most = min(sampler.max_aspect_ratio, 1 / scale**2)
    ratio = draw.uniform(least, max(least, most))
    size = np.array([scale * sqrt(ratio), scale / sqrt(ratio)])
    low = draw.uniform(0, 1, 2) * np.maximum(1 - size, 0)
    return np.concatenate([low, low + size]).astype(np.float32)


def fits(window: Any, rows: Rows, constraint: Any) -> bool:
    """Return whether one object meets all that a `SampleConstraint` says of a window."""
    bounds = {field.name for field, _ in constraint.ListFields()}
    if not bounds:
        return True
    boxes = rows[:, BOX]
    measures = {
        "jaccard_overlap": overlaps(boxes, window),
        "sample_coverage": coverages(np.broadcast_to(window, boxes.shape), boxes),
        "object_coverage": coverages(boxes, window),
    }
    good = np.ones(len(rows), bool)
    for name, values in measures.items():
        if f"min_{name}" in bounds:
            good &= values >= getattr(constraint, f"min_{name}")
        if f"max_{name}" in bounds:
            good &= values <= getattr(constraint, f"max_{name}")
    return bool(good.any())


def check_sampler(sampler: Any) -> str | None:
    """Return what is wrong with a `BatchSampler`, None if nothing is."""
    given = sampler.sampler
    if not 0 < given.min_scale <= given.max_scale <= 1:
        return f"scales must lie in 0 to 1: {given.min_scale:g} to {given.max_scale:g}"
    if not 0 < given.min_aspect_ratio <= given.max_aspect_ratio:
        ratios = f"{given.min_aspect_ratio:g} to {given.max_aspect_ratio:g}"
        return f"aspect ratios must be above 0, the least first: {ratios}"
    return None
