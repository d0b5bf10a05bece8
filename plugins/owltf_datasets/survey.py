"""Goes through all records of a source, and says what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.api import OwltfError
from owltf_datasets.database_images import Images
from owltf_datasets.imageset import dims
from owltf_datasets.sources import Source

_MOST_LABELS, _MOST_SHAPES, _MOST_MISSING, _BAR = 20, 5, 10, 40


@dataclass
class Survey:
    """What the records of a source are.

    Attributes:
        source: the source.
        wanted: numbers of the records whose images are kept.
        shapes: how many records there are of each shape.
        labels: how many of each label.
        kinds: how the values are stored: "uint8", "image files".
        errors: those of the bad records.
        kept: the images that were wanted, with their labels.
    """

    source: Source
    wanted: frozenset[int] = frozenset()
    shapes: Counter[tuple[int, ...]] = field(default_factory=Counter)
    labels: Counter[int] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)
    errors: list[OwltfError] = field(default_factory=list)
    kept: list[tuple[npt.NDArray[Any], int]] = field(default_factory=list)

    def go(self, advance: Callable[[int], object], max_pixels: int | None) -> None:
        """Go through all records.

        Args:
            advance: called with the number of records that were looked at.
            max_pixels: the pixels that an encoded image may have, None for the usual bound.
        """

        def bad(error: OwltfError) -> None:
            self.errors.append(error)
            advance(1)

        for images in self.source.images(bad, max_pixels):
            self._add(images)
            advance(len(images.numbers))

    def lines(self) -> Iterator[str]:
        """Yield what the records are, in words."""
        good = self.shapes.total()
        yield f"{self.source.name}: {self.source.count:,} records"
        if self.errors:
            yield f"bad: {len(self.errors):,} records, which `owltf dataset check` names"
        kinds = " and ".join(sorted(self.kinds))
        for shape, count in self.shapes.most_common(_MOST_SHAPES):
            yield f"shape: {dims(shape)} ({count:,} of {good:,}), {kinds}"
        if len(self.shapes) > _MOST_SHAPES:
            yield f"shape: {len(self.shapes) - _MOST_SHAPES:,} others"
        yield from self._histogram()

    def notes(self) -> Iterator[str]:
        """Yield what is no error, but may surprise."""
        if len(self.shapes) > 1:
            yield f"{len(self.shapes):,} shapes: a net needs a crop_size, or batch_size: 1"
        if not self.labels:
            return
        low, high = min(self.labels), max(self.labels)
        if low < 0:
            yield f"labels begin at {low}; a classifier's begin at 0"
        missing = (each for each in range(high + 1) if each not in self.labels)
        if found := list(islice(missing, _MOST_MISSING)):
            yield f"no record has the label {', '.join(map(str, found))}"

    def _add(self, images: Images) -> None:
        self.shapes[images.pixels.shape[1:]] += len(images.numbers)
        self.kinds.add("image files" if images.encoded else str(images.pixels.dtype))
        values, counts = np.unique(images.labels, return_counts=True)
        self.labels.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        for place, number in enumerate(images.numbers.tolist() if self.wanted else ()):
            if number in self.wanted:
                self.kept.append((images.pixels[place].copy(), int(images.labels[place])))

    def _histogram(self) -> Iterator[str]:
        if not self.labels:
            return
        low, high, most = min(self.labels), max(self.labels), max(self.labels.values())
        yield f"labels: {len(self.labels):,}, from {low} to {high}"
        names = getattr(self.source, "classes", ())
        for label in sorted(self.labels)[:_MOST_LABELS]:
            count = self.labels[label]
            name = f" {names[label]}" if 0 <= label < len(names) else ""
            yield f"  {label:>6} {count:>9,} {'#' * max(1, round(_BAR * count / most))}{name}"
        if len(self.labels) > _MOST_LABELS:
            fewest = min(self.labels.values())
            others = len(self.labels) - _MOST_LABELS
            yield f"  and {others:,} others; a label has {fewest:,} to {most:,} records"


def spread(count: int, wanted: int) -> frozenset[int]:
    """Return numbers of records that lie evenly in a source."""
    return frozenset(np.linspace(0, count - 1, min(wanted, count)).round().astype(int).tolist())
