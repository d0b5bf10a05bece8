"""Data that a program gives a net in place of its data layers' records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.caffe.prototxt.source import copied
from owltf.convert.context import NetContext
from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.net.array_data import ArrayData, array_of
from owltf.net.dataset_data import DatasetData, components_of, is_dataset

_WHAT = (
    "arrays: (x, y), {top: array}; or a tf.data.Dataset, which tf.data.Dataset.from_generator "
    "makes of a generator"
)


@dataclass(frozen=True)
class GivenData:
    """What fills the tops of a net's data layers.

    Attributes:
        name: the argument that it was given as, for errors.
        value: arrays in the order of the tops, a dict of them, or a `tf.data.Dataset`.
        shuffle: take arrays' records in another order in each round.
    """

    name: str
    value: Any
    shuffle: bool = False

    def error(self, message: str) -> OwltfError:
        """Return an error that names the argument."""
        return OwltfError(f"{self.name}: {message}")

    def layers(self, graph: Graph, context: NetContext) -> list[GraphLayer]:
        """Return the layers of a net that the data stand for, in their order.

        They are the data layers, or those whose tops are named; in a net without data layers, its
        `Input` layers.

        Raises:
            OwltfError: if the names or the number of the arrays are not those of the tops.
        """
        read = [each for each in graph.layers if each.type in context.registry.data_layers]
        fed = read or [each for each in graph.layers if each.type == "Input"]
        if not fed:
            raise self.error(f"net '{graph.name}' has neither data layers nor inputs to fill")
        names = self._names()
        if names is None:
            return self._in_order(fed)
        self._check_known(names, _tops(fed))
        chosen = [each for each in fed if set(each.parameter.top) & set(names)]
        self._check_tops(names, _tops(chosen))
        return chosen

    def _check_known(self, names: Sequence[str], tops: Sequence[str]) -> None:
        for name in names:
            if name not in tops:
                raise self.error(f"no data layer has a top '{name}': {did_you_mean(name, tops)}")

    def _check_tops(self, names: Sequence[str], tops: Sequence[str]) -> None:
        missing = [top for top in tops if top not in names]
        if missing:
            raise self.error(f"has nothing for the top '{missing[0]}' of the same data layer")

    def _in_order(self, fed: list[GraphLayer]) -> list[GraphLayer]:
        count, tops = len(self._parts()), _tops(fed)
        if count != len(tops):
            raise self.error(
                f"has {count} of the {len(tops)} tops that the net's data layers fill: "
                f"{', '.join(tops)}"
            )
        return fed

    def _names(self) -> list[str] | None:
        given = components_of(self.value) if is_dataset(self.value) else self.value
        return [*given] if isinstance(given, Mapping) else None

    def _parts(self) -> Sequence[Any]:
        """Return the arrays, or the parts of a dataset's elements, in the order of the tops."""
        given = components_of(self.value) if is_dataset(self.value) else self.value
        if isinstance(given, tuple | list):
            return given
        if hasattr(given, "shape"):
            return [given]
        raise self.error(f"takes {_WHAT}; got {type(given).__name__}")

    def layer(self, layers: Sequence[GraphLayer], context: NetContext) -> DataLayer:
        """Return one data layer that fills the tops of these.

        Args:
            layers: what `layers` returned.
            context: what the net is built with.

        Raises:
            OwltfError: if the data do not fit the layers.
        """
        tops = _tops(layers)
        parameter = copied(layers[0].parameter)
        del parameter.top[:]
        parameter.top.extend(tops)
        given = DataContext(parameter, layers[0].where, context)
        made = self._made(given, layers, tops)
        self._check_shapes(layers, dict(zip(tops, made.top_shapes, strict=True)))
        return made

    def _made(
        self, context: DataContext, layers: Sequence[GraphLayer], tops: Sequence[str]
    ) -> DataLayer:
        if is_dataset(self.value):
            return DatasetData(context, self.value, self.error)
        by_name = self.value if isinstance(self.value, Mapping) else None
        values = [by_name[top] for top in tops] if by_name else self._parts()
        named = zip(tops, values, strict=True)
        arrays = [array_of(value, partial(self._of, top)) for top, value in named]
        return ArrayData(context, arrays, self._batch(layers, context), shuffle=self.shuffle)

    def _of(self, top: str, why: str) -> OwltfError:
        return self.error(f"'{top}': {why}")

    def _batch(self, layers: Sequence[GraphLayer], context: DataContext) -> int:
        for size in (size for layer in layers for size in _batch_sizes(layer.parameter)):
            return context.global_batch(size)
        raise self.error(
            f"layer '{layers[0].name}' ({layers[0].where}) says no batch_size; give a "
            f"tf.data.Dataset of batches"
        )

    def _check_shapes(
        self, layers: Sequence[GraphLayer], shapes: Mapping[str, tuple[Any, ...]]
    ) -> None:
        """Check shapes that the net's file declares: those of Input and MemoryData layers."""
        for layer in layers:
            for top, declared in _declared(layer.parameter):
                got = shapes[top][1:]
                if tuple(declared) != got:
                    raise self._of(
                        top,
                        f"a record has the shape {got}, and layer '{layer.name}' "
                        f"({layer.where}) declares {tuple(declared)}, in Caffe's order",
                    )


def _tops(layers: Sequence[GraphLayer]) -> list[str]:
    return [top for layer in layers for top in layer.parameter.top]


def _batch_sizes(parameter: Any) -> Iterator[int]:
    """Yield what a data layer's message says of the records in a batch."""
    for field, value in parameter.ListFields():
        known = field.message_type.fields_by_name if field.message_type else {}
        if "batch_size" in known and not field.is_repeated and value.batch_size:
            yield int(value.batch_size)
        elif field.name in ("input_param", "dummy_data_param"):
            yield from (int(each.dim[0]) for each in value.shape if each.dim)
            yield from map(int, getattr(value, "num", ()))


def _declared(parameter: Any) -> Iterator[tuple[str, tuple[int, ...]]]:
    shapes = parameter.input_param.shape
    if shapes:
        several = list(shapes) * (len(parameter.top) if len(shapes) == 1 else 1)
        yield from ((t, tuple(s.dim[1:])) for t, s in zip(parameter.top, several, strict=False))
    memory = parameter.memory_data_param
    if memory.channels:
        yield parameter.top[0], (memory.channels, memory.height, memory.width)
