"""Net: a net as pycaffe shows it, with blobs and weights to be read and written in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.read_weights import read_weights
from owltf.net.weights import load_weights, save_weights
from owltf.pycaffe.errors import CaffeError, caffe_errors, check_file, place_of
from owltf.pycaffe.memory.param_memory import ParamMemories
from owltf.pycaffe.nccl import NCCL
from owltf.pycaffe.net_arguments import net_arguments, net_builder
from owltf.pycaffe.net_batches import forward_all, forward_backward_all
from owltf.pycaffe.net_state import NetState
from owltf.pycaffe.net_view import NetView
from owltf.pycaffe.settings import SETTINGS

Arrays = dict[str, np.ndarray]
Callback = Callable[[int], object]


class Net(NetView):
    """A net that a script runs, as `caffe.Net`.

    Args:
        network_file: the prototxt.
        *args: the phase, `caffe.TRAIN` or `caffe.TEST`, then the level, the stages and the weights;
            or, in the old order, the weights and the phase.
        **kwargs: the same by name: `phase`, `level`, `stages`, `weights`.

    Raises:
        RuntimeError: if a file is missing or wrong, or the net cannot be built.
    """

    def __init__(self, network_file: Any, *args: Any, **kwargs: Any) -> None:
        given = net_arguments(args, kwargs)
        path = check_file(str(network_file))
        weights = given.pop("weights")
        if weights:
            check_file(str(weights))
        with caffe_errors(), SETTINGS.place():
            builder = net_builder(path, **given)
            self._set_up(NetState(builder, ParamMemories()))
        if weights:
            self.copy_from(str(weights))

    @classmethod
    def _of(cls, state: NetState) -> Net:
        """Return a net of a state that was made already, as a solver's."""
        net = cls.__new__(cls)
        net._set_up(state)
        return net

    def _set_up(self, state: NetState) -> None:
        super().__init__(state)
        self._callbacks: dict[str, list[Callback]] = {}

    def forward(
        self,
        blobs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **kwargs: Any,
    ) -> Arrays:
        """Run layers forward.

        Args:
            blobs: blobs to return beside the outputs.
            start: the first layer's name; the net's first unless given.
            end: the last layer's name; the net's last unless given. Its tops are returned then.
            **kwargs: the values of all inputs by name. Without any, those in `blobs` are used, and
                the next batches of data layers.

        Returns:
            The arrays of the blobs by name, which the next pass changes.

        Raises:
            Exception: if the inputs are others than the net's, or their batch is another.
            ValueError: if there is no such layer.
            KeyError: if there is no such blob.
            RuntimeError: if a layer cannot compute.
        """
        first = place_of(start, self._layer_names) if start is not None else 0
        last = place_of(end, self._layer_names) if end is not None else len(self._layers) - 1
        made = self.top_names[end] if end is not None else self.outputs
        wanted = self._known([*made, *(blobs or ())])
        if kwargs:
            self._feed(kwargs)
        self._forward(first, last)
        return {name: self._state.blobs[name].data for name in wanted}

    def _feed(self, arrays: dict[str, Any]) -> None:
        if arrays.keys() != set(self.inputs):
            raise Exception(
                f"Input blob arguments do not match net inputs: got {list(arrays)}, "
                f"the inputs are {self.inputs}"
            )
        for name, array in arrays.items():
            blob = self._state.blobs[name]
            if np.shape(array)[:1] != blob.shape[:1]:
                raise Exception(
                    f"Input is not batch sized: '{name}' has shape {blob.shape}, "
                    f"got {np.shape(array)}"
                )
            blob.data[...] = array

    def _known(self, names: Sequence[str]) -> list[str]:
        return [name for name in dict.fromkeys(names) if self.blobs[name]]

    def _forward(self, first: int, last: int) -> None:
        with caffe_errors(), SETTINGS.place():
            for begin, end in self._parts("forward", first, last):
                self._call("before_forward", begin)
                self._state.forward(begin, end)
                self._call("after_forward", end)

    def _parts(self, direction: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the layers to run in one call: all of them, or each where callbacks want it."""
        if any(name.endswith(direction) for name in self._callbacks):
            step = 1 if direction == "forward" else -1
            yield from ((place, place) for place in range(first, last + step, step))
        else:
            yield first, last

    def _call(self, when: str, layer: int) -> None:
        for callback in self._callbacks.get(when, ()):
            callback(layer)

    def backward(
        self,
        diffs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **kwargs: Any,
    ) -> Arrays:
        """Run layers backward, from the gradients in `diff`, which for a loss is its weight.

        Args:
            diffs: blobs whose gradients to return beside the inputs'.
            start: the layer to begin at, the net's last unless given.
            end: the layer to end at, the net's first unless given. The gradients of its bottoms are
                returned then.
            **kwargs: the gradients of all outputs by name.

        Returns:
            The arrays of the gradients by name, which the next pass changes.

        Raises:
            Exception: if the outputs are others than the net's, or their batch is another.
            ValueError: if there is no such layer.
            KeyError: if there is no such blob.
        """
        names = self._layer_names
        first = place_of(start, names) if start is not None else len(names) - 1
        last = place_of(end, names) if end is not None else 0
        made = self.bottom_names[end] if end is not None else self.inputs
        wanted = self._known([*made, *(diffs or ())])
        if kwargs:
            self._seed(kwargs)
        self._backward(first, last)
        return {name: self._state.blobs[name].diff for name in wanted}

    def _seed(self, arrays: dict[str, Any]) -> None:
        if arrays.keys() != set(self.outputs):
            raise Exception(
                f"Top diff arguments do not match net outputs: got {list(arrays)}, "
                f"the outputs are {self.outputs}"
            )
        for name, array in arrays.items():
            blob = self._state.blobs[name]
            if np.shape(array)[:1] != blob.shape[:1]:
                raise Exception(
                    f"Diff is not batch sized: '{name}' has shape {blob.shape}, "
                    f"got {np.shape(array)}"
                )
            blob.diff[...] = array

    def _backward(self, first: int, last: int) -> None:
        with caffe_errors(), SETTINGS.place():
            for begin, end in self._parts("backward", first, last):
                self._call("before_backward", begin)
                self._state.backward(begin, end)
                self._call("after_backward", end)

    def _forward_backward(self) -> None:
        """Run all layers forward and backward; in one call, unless a callback watches layers."""
        if self._callbacks:
            last = len(self._layers) - 1
            self._forward(0, last)
            self._backward(last, 0)
            return
        with caffe_errors(), SETTINGS.place():
            self._state.forward_backward()

    def _loss(self) -> float:
        """Return the weighted sum of the losses of the last pass."""
        weights = self._state.loss_weights.items()
        return sum(weight * self._state.total_of(top) for (_, top), weight in weights)

    forward_all = forward_all
    forward_backward_all = forward_backward_all

    def reshape(self) -> None:
        """Give all blobs the shapes that follow from those of the inputs.

        Raises:
            RuntimeError: if a layer cannot compute on them.
        """
        with caffe_errors(), SETTINGS.place():
            self._state.reshape()

    def clear_param_diffs(self) -> None:
        """Set the gradients of all parameters to 0."""
        self._state.clear_param_diffs()

    def copy_from(self, weights: str) -> None:
        """Load the weights of the layers that a file has under the same names.

        Args:
            weights: a caffemodel, binary or HDF5.

        Raises:
            RuntimeError: if the file is missing or wrong, or a layer has another shape there.
        """
        path, net = check_file(str(weights)), self._state.initial.net
        with caffe_errors():
            load_weights(net, read_weights(path, net.context.registry.schema), path)
        self._state.memories.changed(net.params)

    load_hdf5 = copy_from

    def share_with(self, other: Net) -> None:
        """Use the weights of another net in the layers that have the same name there.

        Raises:
            RuntimeError: if a layer has another shape there.
        """
        with caffe_errors():
            self._state.share_with(other._state)

    def save(self, file: str) -> None:
        """Write the net and its weights to a caffemodel; in HDF5 if its name ends in `.h5`."""
        self._state.memories.push()
        with caffe_errors():
            save_weights(self._state.initial.net, Path(file))

    def save_hdf5(self, file: str) -> None:
        """Write the weights to an HDF5 file."""
        self._state.memories.push()
        with caffe_errors():
            save_weights(self._state.initial.net, Path(file), hdf5=True)

    def set_input_arrays(self, data: Any, labels: Any) -> None:
        """Give the MemoryData layer, which must be the first, its records.

        Args:
            data: float32 (N, C, H, W); N is a multiple of the layer's batch_size.
            labels: float32 (N,) or (N, 1, 1, 1).

        Raises:
            RuntimeError: if the net has no such layer, or the arrays do not fit it.
        """
        first = self._layers[0]
        if first.type != "MemoryData":
            raise CaffeError(
                f"set_input_arrays may only be called if the first layer is a MemoryDataLayer; "
                f"'{first.name}' is a {first.type} layer"
            )
        with caffe_errors():
            self._state.set_input_arrays(data, labels, first.name)

    def _add_callback(self, when: str, callback: Callback) -> None:
        # NCCL has nothing to do, and layers that nobody watches run in one call.
        if not isinstance(callback, NCCL):
            self._callbacks.setdefault(when, []).append(callback)

    def before_forward(self, callback: Callback) -> None:
        """Call a function with each layer's number before it runs forward."""
        self._add_callback("before_forward", callback)

    def after_forward(self, callback: Callback) -> None:
        """Call a function with each layer's number after it ran forward."""
        self._add_callback("after_forward", callback)

    def before_backward(self, callback: Callback) -> None:
        """Call a function with each layer's number before it runs backward."""
        self._add_callback("before_backward", callback)

    def after_backward(self, callback: Callback) -> None:
        """Call a function with each layer's number after it ran backward."""
        self._add_callback("after_backward", callback)
