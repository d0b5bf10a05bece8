"""NetView: a net's blobs, parameters and layers, by name and in order."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property

from owltf.caffe.net.graph import GraphLayer
from owltf.caffe.net.splits import AUTOMATIC
from owltf.pycaffe.blob import Blob
from owltf.pycaffe.by_name import ByName
from owltf.pycaffe.layer_view import LayerView
from owltf.pycaffe.net_state import NetState

Names = OrderedDict[str, list[str]]


class NetView:
    """What a script sees of a net, without running it.

    Args:
        state: the net's blobs.
    """

    def __init__(self, state: NetState) -> None:
        self._state = state

    @cached_property
    def blobs(self) -> ByName[Blob]:
        """The blobs by name, from the input to the output."""
        return ByName("blob of the net", self._state.blobs)

    @property
    def params(self) -> ByName[Sequence[Blob]]:
        """The parameter blobs of each layer that has some, such as [weights, biases]."""
        return self._state.params

    @property
    def layers(self) -> list[LayerView]:
        """The layers in order, each with its `type` and `blobs`."""
        return list(self._state.layers.values())

    @property
    def layer_dict(self) -> ByName[LayerView]:
        """The layers by name."""
        return self._state.layers

    @property
    def _layers(self) -> Sequence[GraphLayer]:
        return self._state.initial.net.graph.layers

    @cached_property
    def _layer_names(self) -> list[str]:
        return [layer.name for layer in self._layers]

    @cached_property
    def _blob_names(self) -> list[str]:
        return list(self._state.blobs)

    @property
    def _blobs(self) -> list[Blob]:
        return list(self._state.blobs.values())

    @property
    def blob_loss_weights(self) -> ByName[float]:
        """The loss weight of each blob by name; 0 for those that are no loss."""
        weights = {top: weight for (_, top), weight in self._state.loss_weights.items()}
        return ByName("blob", {name: weights.get(name, 0.0) for name in self._state.blobs})

    @property
    def _blob_loss_weights(self) -> list[float]:
        return list(self.blob_loss_weights.values())

    @cached_property
    def top_names(self) -> Names:
        """The names of each layer's tops."""
        return OrderedDict((each.name, list(each.parameter.top)) for each in self._layers)

    @cached_property
    def bottom_names(self) -> Names:
        """The names of each layer's bottoms."""
        return OrderedDict((each.name, list(each.parameter.bottom)) for each in self._layers)

    def _top_ids(self, layer: int) -> list[int]:
        return self._ids(self._layers[layer].parameter.top)

    def _bottom_ids(self, layer: int) -> list[int]:
        return self._ids(self._layers[layer].parameter.bottom)

    def _ids(self, names: Sequence[str]) -> list[int]:
        return [self._blob_names.index(name) for name in names]

    @cached_property
    def inputs(self) -> list[str]:
        """The names of the blobs that the script feeds."""
        return list(self._state.initial.inputs)

    @cached_property
    def outputs(self) -> list[str]:
        """The names of the blobs that no layer takes, but for those that Caffe adds to losses."""
        names = self._state.initial.net.outputs
        return [name for name in names if not name.startswith(AUTOMATIC)]

    @property
    def _inputs(self) -> list[int]:
        return self._ids(self.inputs)

    @property
    def _outputs(self) -> list[int]:
        return self._ids(self.outputs)
