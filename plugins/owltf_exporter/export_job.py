"""Exported: what every format writes, a net with what the user asked for beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import Net
from owltf_exporter.images.preprocessing import Preprocessing

Arrays = Mapping[str, np.ndarray]
Run = Callable[[Arrays], Arrays]


@dataclass(frozen=True)
class Classes:
    """The classes that a served net names.

    Attributes:
        blob: the output with a score for each class.
        count: how many classes there are.
        top: how many are given, the best first.
        labels: the labels file; None gives their numbers.
        names: what it says.
    """

    blob: str
    count: int
    top: int
    labels: Path | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """A net to write.

    Attributes:
        net: the net, in its deploy form.
        preprocessing: how its images are prepared; None where it takes none.
        classes: what the outputs `classes` and `scores` are made of; None leaves them out.
        warmup: whether requests are written that a server starts with.
        quantize: "float16" or "int8" for a smaller model; None keeps float32.
        calibration: image files that show the range of values to int8.
        tell: takes a line for the user.
    """

    net: Net
    preprocessing: Preprocessing | None = None
    classes: Classes | None = None
    warmup: bool = False
    quantize: str | None = None
    calibration: tuple[Path, ...] = ()
    tell: Callable[[str], object] = field(default=lambda line: None)

    @property
    def image_blob(self) -> str:
        """The input that takes images."""
        return self.net.inputs[0]

    @cached_property
    def model(self) -> Any:
        """The net's Keras model, for images of the net's own size."""
        return self.net.model_of(self.net.outputs)

    def answers(self, arrays: Arrays) -> Arrays:
        """Return the net's outputs; layers over time start from zeros, as in what is exported."""
        tops = self.model(dict(arrays), training=False)
        return {name: top.numpy() for name, top in tops.items()}
