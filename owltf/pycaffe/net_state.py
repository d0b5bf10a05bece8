"""NetState: the blobs of a net, and the passes that change them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.caffe.net.graph import GraphLayer
from owltf.convert.params import Param
from owltf.net.own_data import OwnData
from owltf.pycaffe.blob import Blob
from owltf.pycaffe.by_name import ByName
from owltf.pycaffe.errors import CaffeError
from owltf.pycaffe.layer_view import LayerView
from owltf.pycaffe.memory.memory import Memory
from owltf.pycaffe.memory.order import BlobOrder, ParamOrder
from owltf.pycaffe.memory.param_memory import ParamMemories
from owltf.pycaffe.passes.built import Builder
from owltf.pycaffe.passes.plan import Plan, Version
from owltf.pycaffe.passes.runner import Results
from owltf.pycaffe.recurrent import RecurrentStarts
from owltf.pycaffe.script_layer import script_layer


class NetState:
    """The memory of a net's blobs, and the net as it is built for their shapes.

    Args:
        builder: builds the net.
        memories: the parameter blobs, which other nets may have, too.

    Attributes:
        blobs: every blob by name.
        initial: the net for the shapes of its file.
        built: the net for the shapes that its inputs have now, or its first layers.
        memories: the values of the parameter blobs.
        params: the parameter blobs of each layer that has some.
        layers: every layer by name.
    """

    params: ByName[Sequence[Blob]]
    layers: ByName[LayerView]

    def __init__(self, builder: Builder, memories: ParamMemories) -> None:
        self._builder, self.memories = builder, memories
        self.initial = self.built = builder.first()
        self.blobs: OrderedDict[str, Blob] = OrderedDict()
        self._param_diffs: dict[int, Memory] = {}
        self._data = {each.name: OwnData([each]) for each in self.built.net.sources}
        self._recurrent = RecurrentStarts(self.built.net)
        self._number = 0
        self._make_blobs()
        self._list_layers()

    def _make_blobs(self) -> None:
        shapes = self.built.net.blob_shapes
        for name in self.built.names:
            self.blobs[name] = Blob(Memory(shapes[name]), Memory(shapes[name]))
        for layer in self.built.net.graph.layers:
            if layer.type == "Split":
                self._share_values(layer.parameter)
        for (_, top), weight in self.loss_weights.items():
            if top in self.blobs:
                self.blobs[top].diff_memory.view()[...] = weight
        for source in self.built.net.sources:
            for top, values in source.layer.constants().items():
                self.blobs[source.tops[top]].data_memory.view()[...] = values

    def _share_values(self, split: Any) -> None:
        """Give the tops of a Split its bottom's values, as the same memory; Caffe's share it."""
        values = self.blobs[split.bottom[0]].data_memory
        for top in split.top:
            self.blobs[top] = Blob(values, self.blobs[top].diff_memory)

    @property
    def loss_weights(self) -> Mapping[tuple[str, str], float]:
        """The weight of each loss, by the names of its layer and its top."""
        return {(loss.layer, loss.top): loss.weight for loss in self.initial.net.losses}

    def _list_layers(self) -> None:
        params = {
            name: [self.param_blob(param) for param in params]
            for name, params in self.built.net.layer_params.items()
        }
        layers = self.built.net.graph.layers
        with_params = {each.name: params[each.name] for each in layers if each.name in params}
        views = {
            each.name: LayerView(each.type, params.get(each.name, []), self._script_layer(each))
            for each in layers
        }
        self.params = ByName("layer of the net with parameters", with_params)
        self.layers = ByName("layer of the net", views)

    def _script_layer(self, layer: GraphLayer) -> Callable[[], Any] | None:
        """Return what returns the script's object of a Python layer, as the net has it then."""
        if layer.type != "Python":
            return None
        return lambda: script_layer(
            (self.built if layer.name in self.built.net.layer_tops else self.initial).net,
            layer.name,
        )

    def total_of(self, blob: str) -> float:
        """Return the sum of a blob's values."""
        memory = self.blobs[blob].data_memory
        memory.fetch()
        return float(memory.view().sum())

    def param_blob(self, param: Param) -> Blob:
        """Return a parameter blob as a script sees it."""
        return Blob(self.memories.of(param), self.diff_of(param))

    def diff_of(self, param: Param) -> Memory:
        """Return the memory of a parameter's gradient."""
        return self._param_diffs.setdefault(id(param.variable), Memory(param.shape))

    def clear_param_diffs(self) -> None:
        """Set the gradients of all parameters to 0."""
        for memory in self._param_diffs.values():
            memory.clear()

    def reshape(self, last: int | None = None) -> None:
        """Give every blob the shape that follows from those of the inputs and of the data.

        Args:
            last: the last layer that is about to run; as in Caffe, those behind it may not fit.
        """
        count = len(self.initial.net.layers) if last is None else last + 1
        known = self.built.net.blob_shapes
        wanted = {name: self.blobs[name].shape for name in self.initial.fed}
        fits = all(known.get(name, shape) == shape for name, shape in wanted.items())
        if fits and len(self.built.net.layers) >= count:
            return
        self.built = self._builder.reshaped(self.initial, wanted, count)
        for name, shape in self.built.net.blob_shapes.items():
            if name in self.blobs:
                self.blobs[name].reshape(*shape)

    def share_with(self, other: NetState) -> None:
        """Use the weights of another net in all layers that have the same name there."""
        pairs = list(self._pairs(other))
        if all(mine.variable is theirs.variable for mine, theirs in pairs):
            return
        for mine, theirs in pairs:
            if mine.shape != theirs.shape:
                raise CaffeError(
                    f"layer '{mine.layer}' has a parameter of shape {mine.shape}, the other net's "
                    f"is {theirs.shape}"
                )
        self._builder = self._builder.sharing(other.initial.net)
        self.memories = other.memories
        self.initial = self.built = self._builder.first()
        self._param_diffs.clear()
        self._list_layers()

    def _pairs(self, other: NetState) -> Iterator[tuple[Param, Param]]:
        """Yield the parameters of layers that have the same name in another net."""
        for name, mine in self.initial.net.layer_params.items():
            yield from zip(mine, other.initial.net.layer_params.get(name, ()), strict=False)

    def set_input_arrays(self, data: Any, labels: Any, layer: str) -> None:
        """Give a MemoryData layer its records."""
        self._data[layer].set_arrays(data, labels, layer)

    def forward(self, first: int, last: int) -> None:
        """Run layers forward, on what memory holds."""
        self._take_batches(first, last)
        self.reshape(last)
        plan = self.built.forward(first, last)
        self._begin_pass()
        if plan.layers:
            self._keep_tops(plan, self._run(plan))

    def backward(self, first: int, last: int) -> None:
        """Run layers backward, from what memory holds; gradients of parameters are added up."""
        self.reshape(first)
        plan = self.built.backward(first, last)
        if plan.seeds:
            self.memories.push()
            with self._recurrent.repeated():
                self._keep_diffs(plan, self._run(plan))

    def forward_backward(self) -> None:
        """Run all layers forward and backward, in one call."""
        self._take_batches(0, len(self.initial.net.layers) - 1)
        self.reshape()
        plan = self.built.whole
        self._begin_pass()
        results = self._run(plan)
        self._keep_tops(plan, results)
        self._keep_diffs(plan, results)

    def _begin_pass(self) -> None:
        self.memories.push()
        self._recurrent.note()
        self._number += 1

    def _run(self, plan: Plan) -> Results:
        fed = [self._value(version) for version in plan.fed]
        seeds = [self._seed(version) for version in plan.seeds]
        return self.built.runner.run(plan, fed, seeds, self._number)

    def _value(self, version: Version) -> Any:
        memory: Any = self.blobs[version[0]].data_memory
        return memory.tensor(self.built.runner.order(version))

    def _seed(self, version: Version) -> Any:
        memory: Any = self.blobs[version[0]].diff_memory
        return memory.tensor(self.built.runner.order(version))

    def _keep_tops(self, plan: Plan, results: Results) -> None:
        for version, value in zip(plan.returned, results.tops, strict=True):
            memory: Any = self.blobs[version[0]].data_memory
            memory.set(value, self.built.runner.order(version))
        if self.built.net.phase == "TRAIN":
            self.memories.changed(self.built.statistics)

    def _keep_diffs(self, plan: Plan, results: Results) -> None:
        for (name, version), value in zip(plan.targets.items(), results.diffs, strict=True):
            memory: Any = self.blobs[name].diff_memory
            memory.set(value, self.built.runner.order(version))
        for param, value in zip(plan.params, results.params, strict=True):
            self._add(param, value)

    def _add(self, param: Param, value: Any) -> None:
        memory, order = self.diff_of(param), ParamOrder(param)
        memory.set(value if memory.is_blank() else memory.tensor(order) + value, order)

    def _take_batches(self, first: int, last: int) -> None:
        """Fill the tops of the data layers among some layers with their next batches."""
        places = {layer.name: place for place, layer in enumerate(self.initial.net.graph.layers)}
        for source in self.initial.net.sources:
            if first <= places[source.name] <= last:
                self._take_batch(source)

    def _take_batch(self, source: Any) -> None:
        constants = source.layer.constants()
        if len(constants) == len(source.tops):
            return
        batch = self._data[source.name].next_batch({})
        for index, top in enumerate(source.tops):
            if index not in constants:
                self._fill(top, batch[top])

    def _fill(self, name: str, values: np.ndarray) -> None:
        blob = self.blobs[name]
        memory: Any = blob.data_memory
        memory.set(tf.constant(values), BlobOrder(self.initial.net.input_blobs[name]))
        blob.diff_memory.reshape(memory.shape)
