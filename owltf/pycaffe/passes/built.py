"""A net as it is built for one shape of its inputs, with its planned passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

from owltf.caffe.net.input_shapes import with_input_shapes, with_tops_as_inputs
from owltf.caffe.net.splits import with_automatic_tops, with_splits
from owltf.caffe.prototxt.source import NetSource
from owltf.convert.context import NetContext
from owltf.convert.params import Param
from owltf.convert.sharing import SharedBlob
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.solver_nets import build_source
from owltf.pycaffe.passes.plan import Plan, Planner
from owltf.pycaffe.passes.runner import Runner

Shapes = Mapping[str, Sequence[int]]
Key = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Built:
    """A net with the passes that were planned so far.

    Attributes:
        net: the net, with its Splits.
        whole_net: the whole net, if `net` is the first layers of it or has other shapes.
    """

    net: Net
    whole_net: Net | None = None
    _forward: dict[tuple[int, int], Plan] = field(default_factory=dict, init=False)
    _backward: dict[tuple[int, int], Plan] = field(default_factory=dict, init=False)

    @cached_property
    def planner(self) -> Planner:
        """What plans its passes."""
        return Planner(self.net, self.whole_net or self.net)

    @cached_property
    def runner(self) -> Runner:
        """What runs its passes."""
        return Runner(self.net)

    def forward(self, first: int, last: int) -> Plan:
        """Return the forward pass from one layer to another."""
        if (first, last) not in self._forward:
            self._forward[first, last] = self.planner.forward(first, last)
        return self._forward[first, last]

    def backward(self, first: int, last: int) -> Plan:
        """Return the backward pass from one layer down to an earlier one."""
        if (first, last) not in self._backward:
            self._backward[first, last] = self.planner.backward(first, last)
        return self._backward[first, last]

    @cached_property
    def whole(self) -> Plan:
        """The forward and backward pass over all layers."""
        return self.planner.whole()

    @cached_property
    def names(self) -> Sequence[str]:
        """The names of the blobs in Caffe's order, that of the layers that make them."""
        return list(
            dict.fromkeys(top for each in self.net.graph.layers for top in each.parameter.top)
        )

    @cached_property
    def statistics(self) -> Sequence[Param]:
        """The parameter blobs that a forward pass changes in training."""
        return [param for param in self.net.params if not param.variable.trainable]

    @cached_property
    def inputs(self) -> Sequence[str]:
        """The names of the blobs that the script feeds: the tops of Input layers."""
        layers = (each for each in self.net.graph.layers if each.type == "Input")
        return [top for layer in layers for top in layer.parameter.top]

    @cached_property
    def sourced(self) -> Sequence[str]:
        """The names of the blobs that data layers fill."""
        return [top for source in self.net.sources for top in source.tops]

    @cached_property
    def fed(self) -> Sequence[str]:
        """The names of the blobs whose shapes all others follow from."""
        return [*self.inputs, *self.sourced]


class Builder:
    """Builds a net for each shape of its inputs, all on the same weights.

    Args:
        source: the net, filtered for its phase.
        context: what it is built with.
    """

    def __init__(self, source: NetSource, context: NetContext) -> None:
        converters = context.registry.converters
        losses = [name for name, several in converters.items() if all(c.is_loss for c in several)]
        self._source = with_splits(with_automatic_tops(source, losses))
        self.context = context
        self._forget()

    def _forget(self) -> None:
        self._known: dict[Key, Built] = {}
        self._misfits: dict[Key, OwltfError] = {}
        self._parts: dict[tuple[Key, int], Built] = {}

    def sharing(self, other: Net) -> Builder:
        """Return a builder whose nets have the weights of another net, by the layers' names."""
        shared = other.context.shared
        for name, params in other.layer_params.items():
            for param in params:
                blob = SharedBlob(param.variable, param.blob)
                shared.blobs.setdefault((name, param.index), blob)
        builder = copy(self)
        builder.context = replace(self.context, shared=shared)
        builder._forget()
        return builder

    def first(self) -> Built:
        """Return the net with the shapes of its file."""
        built = Built(build_source(self._source, self.context))
        self._known[_key(built, built.net.blob_shapes)] = built
        return built

    def reshaped(self, initial: Built, shapes: Shapes, count: int) -> Built:
        """Return the net for other shapes of its inputs, and of what its data layers give.

        Args:
            initial: the net for the shapes of its file.
            shapes: the shape of each such blob.
            count: how many layers are needed; if later ones cannot compute on these shapes, the
                net ends before them.

        Raises:
            OwltfError: if one of these cannot compute on them.
        """
        key = _key(initial, shapes)
        if key not in self._known and key not in self._misfits:
            try:
                self._known[key] = self._built(self._reshaped(initial, shapes), initial)
            except OwltfError as error:
                self._misfits[key] = error
        return self._known.get(key) or self._part(initial, shapes, key, count)

    def _part(self, initial: Built, shapes: Shapes, key: Key, count: int) -> Built:
        """Return a net's first layers for shapes that the later ones cannot compute on."""
        if count >= len(initial.net.layers):
            raise self._misfits[key]
        if (key, count) not in self._parts:
            source = self._reshaped(initial, shapes)
            layers = zip(source.parameter.layer[:count], source.lines[:count], strict=True)
            self._parts[key, count] = self._built(source.with_layers(layers), initial)
        return self._parts[key, count]

    def _reshaped(self, initial: Built, shapes: Shapes) -> NetSource:
        inputs = {name: shapes[name] for name in initial.inputs}
        source = with_input_shapes(self._source, inputs)
        others = {
            top: shapes[top]
            for each in initial.net.sources
            if any(tuple(shapes[top]) != initial.net.blob_shapes[top] for top in each.tops)
            for top in each.tops
        }
        # The data layer itself knows no shape but that of its first record.
        return with_tops_as_inputs(source, others) if others else source

    def _built(self, source: NetSource, initial: Built) -> Built:
        return Built(build_source(source, self.context), initial.net)


def _key(built: Built, shapes: Shapes) -> Key:
    return tuple(tuple(shapes[name]) for name in built.fed)
