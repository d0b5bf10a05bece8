"""The DummyData layer: makes batches of constants or random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.draws import generator, stream_key
from owltf.data.pipeline import read_ahead, read_chunks
from owltf.errors import OwltfError
from owltf.runtime.compiled import as_written

_PREFETCH = 2
_SIZES = ("num", "channels", "height", "width")

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Fill:
    """The way to fill a top: its `data_filler` and the function of that filler's type."""

    parameter: Any
    function: Callable[..., Any]

    @property
    def is_constant(self) -> bool:
        """Whether every batch is the same."""
        return bool(self.parameter.type == "constant")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return one batch."""
        return np.asarray(self.function(rng, shape, self.parameter), np.float32)


class DummyData(DataLayer):
    """Fills its tops by their `data_filler`: constants once, random numbers for each batch."""

    caffe_type = "DummyData"

    def __init__(self, context: DataContext) -> None:
        """Check the shapes and the fillers.

        Raises:
            OwltfError: if the shapes or fillers do not fit the tops, or a filler is not known.
        """
        super().__init__(context)
        with context.named_errors():
            shapes = read_shapes(context.parameter)
            self._fills = read_fills(context)
        self.top_shapes = tuple(_widen(shape, context.net.batch_factor) for shape in shapes)
        self.batch_size = self.top_shapes[0][0] if self.top_shapes[0] else 1

    def constants(self) -> dict[int, Array]:
        """Return the tops that are filled with constants, by their numbers."""
        with self.context.named_errors():
            return {top: self._make(top, 0) for top in self._tops(constant=True)}

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of one tensor per top, from the batch of a record on."""
        constants: dict[int, Any] = dict(self.constants())
        drawn = self._tops(constant=False)
        if not drawn:
            return tf.data.Dataset.from_tensors(tuple(constants.values())).repeat()

        def read(batch: int) -> Sequence[Array]:
            return [self._make(top, batch) for top in drawn]

        def join(*arrays: tf.Tensor) -> tuple[tf.Tensor, ...]:
            tops = {**constants, **dict(zip(drawn, arrays, strict=True))}
            return tuple(tops[top] for top in sorted(tops))

        signature = [tf.TensorSpec(self.top_shapes[top], tf.float32) for top in drawn]
        first = position // self.batch_size
        made = read_chunks(self, read, first, 1, signature)
        return read_ahead(made.map(as_written(join)), _PREFETCH)

    def describe(self) -> str:
        """Return a line that names the filler and the shape of each top."""
        return "made up: " + ", ".join(
            f"{fill.parameter.type} {'x'.join(map(str, shape))}"
            for fill, shape in zip(self._fills, self.top_shapes, strict=True)
        )

    def _tops(self, constant: bool) -> list[int]:
        return [top for top, fill in enumerate(self._fills) if fill.is_constant == constant]

    def _make(self, top: int, batch: int) -> Array:
        key = stream_key(self.context.seed, self.context.name, "fill", batch, top)
        return self._fills[top](generator(key), self.top_shapes[top])


def read_shapes(parameter: Any) -> list[tuple[int, ...]]:
    """Return the shape of each top, given by `shape` or by `num`, `channels`, `height`, `width`.

    Raises:
        OwltfError: if a field is not given once, or once per top, or a size is below 0.
    """
    dummy, tops = parameter.dummy_data_param, len(parameter.top)
    if not tops:
        raise OwltfError("needs one top or more")
    if not any(len(getattr(dummy, size)) for size in _SIZES):
        shapes = [tuple(shape.dim) for shape in _per_top("shape", dummy.shape, tops)]
    elif dummy.shape:
        raise OwltfError("shape and num, channels, height, width cannot both be given")
    else:
        sizes = [_per_top(size, getattr(dummy, size), tops) for size in _SIZES]
        shapes = list(zip(*sizes, strict=True))
    if wrong := [shape for shape in shapes if min(shape, default=0) < 0]:
        raise OwltfError(f"a size cannot be below 0; got the shape {wrong[0]}")
    return shapes


def read_fills(context: DataContext) -> list[Fill]:
    """Return how each top is filled: with 0 if the layer has no `data_filler`.

    Raises:
        OwltfError: if there is another number of fillers than 0, 1 or one per top, or one is not
            known.
    """
    fillers = list(context.parameter.dummy_data_param.data_filler)
    fillers = fillers or [context.schema.message("FillerParameter")()]
    tops = len(context.parameter.top)
    return [_read_fill(context, filler) for filler in _per_top("data_filler", fillers, tops)]


def _read_fill(context: DataContext, filler: Any) -> Fill:
    known = {"constant": _constant, **context.net.registry.fillers}
    if filler.type not in known:
        names = ", ".join(sorted(known))
        raise OwltfError(f"data_filler of type '{filler.type}' is not known; known are {names}")
    return Fill(filler, known[filler.type])


def _constant(rng: np.random.Generator, shape: tuple[int, ...], filler: Any) -> Array:
    return np.full(shape, filler.value, np.float32)


def _per_top(name: str, given: Sequence[Any], tops: int) -> list[Any]:
    if len(given) not in (1, tops):
        raise OwltfError(f"{name} must be given once or once per top ({tops}); got {len(given)}")
    return list(given) * (tops if len(given) == 1 else 1)


def _widen(shape: tuple[int, ...], factor: int) -> tuple[int, ...]:
    return (shape[0] * factor, *shape[1:]) if shape else shape
