"""Exported: a net in its deploy form, with all that the user wants in the exported file."""

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
    """The classes of a net that an exported model names.

    Attributes:
        blob: the output with a score for each class.
        count: the number of classes.
        top: the number of classes that the model returns, the best first.
        labels: the labels file; None returns numbers instead of names.
        names: the names in it.
    """

    blob: str
    count: int
    top: int
    labels: Path | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """A net to write in any format.

    Attributes:
        net: the net, in its deploy form.
        preprocessing: the preparation of its images; None if it takes none.
        classes: the source of the outputs `classes` and `scores`; None leaves them out.
        warmup: whether to write requests that a server runs once at its start.
        quantize: "float16" or "int8" for a smaller model; None keeps float32.
        calibration: image files from which int8 learns the range of values.
        wanted: the blobs to give; those that no layer takes unless given.
        tell: called with a line for the user.
    """

    net: Net
    preprocessing: Preprocessing | None = None
    classes: Classes | None = None
    warmup: bool = False
    quantize: str | None = None
    calibration: tuple[Path, ...] = ()
    wanted: tuple[str, ...] = ()
    tell: Callable[[str], object] = field(default=lambda line: None)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the blobs that it gives."""
        return self.wanted or self.net.outputs

    @property
    def image_blob(self) -> str:
        """The name of the input that takes images."""
        return self.net.inputs[0]

    @cached_property
    def model(self) -> Any:
        """The net's Keras model, for images of the net's own size."""
        return self.net.model_of(self.outputs)

    def answers(self, arrays: Arrays) -> Arrays:
        """Return the outputs; recurrent layers start from zeros, as in an exported model."""
        tops = self.model(dict(arrays), training=False)
        return {name: top.numpy() for name, top in tops.items()}
