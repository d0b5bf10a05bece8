"""Runs some consecutive layers of a net by themselves, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from owltf.convert.params import Param
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.net.backward import Backward, Gradients
from owltf.net.input_arrays import InputArrays
from owltf.net.layer_pass import LayerPass
from owltf.net.net_layer import NetLayer
from owltf.net.pass_errors import pass_errors
from owltf.net.segment_blobs import SegmentBlobs, in_caffe_order, laid_out
from owltf.runtime.compiled import compiled
from owltf.runtime.recurrent_state import with_recurrent_state
from owltf.runtime.user_errors import user_errors

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Segment:
    """Consecutive layers of a net, as one function of the blobs that they take.

    Blobs have Caffe's names, shapes and order of axes; the batch may have any size, images that of
    the prototxt. The tops of data and Input layers are fed, as to `Net.forward`. Each choice of
    blobs is compiled once: keep a segment that is used again.

    Attributes:
        name: the segment in words, for errors.
        blobs: the layers and their blobs.
        training: whether the layers behave as in training.
    """

    name: str
    blobs: SegmentBlobs
    training: bool
    _compiled: dict[Any, Any] = field(default_factory=dict, init=False)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the blobs that are fed: those that the layers take from before them."""
        return tuple(self.blobs.fed)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the blobs that no later layer of the segment takes, in Caffe's order."""
        return self.blobs.untaken

    @property
    def blob_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every blob in Caffe's order."""
        return {name: blob.shape for name, blob in self.blobs.after.items()}

    def forward(self, arrays: Arrays, blobs: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Run the layers once, with their side effects.

        As in Caffe, recurrent layers go on from the pass before where their markers say so.

        Args:
            arrays: the inputs by name.
            blobs: the blobs wanted; the outputs unless given.

        Returns:
            The blobs by name, as Caffe's memory holds them at the end of the pass.

        Raises:
            OwltfError: if an input is missing or of another shape, a blob is unknown, or a layer
                refuses a value.
        """
        wanted = self._known(self.outputs if blobs is None else blobs)
        run = self._function(
            ("forward", wanted), with_recurrent_state(self._forward), wanted=wanted
        )
        with pass_errors(self.name, {}), user_errors():
            return _numpy(run(self._inputs(arrays)))

    def _forward(self, inputs: Arrays, wanted: Sequence[str]) -> dict[str, Any]:
        values = LayerPass(laid_out(self.blobs.fed, inputs), self.training)
        values.run(self.blobs.layers)
        return in_caffe_order(self.blobs.after, values.after, wanted)

    def backward(
        self,
        arrays: Arrays,
        top_grads: Arrays | None = None,
        *,
        blobs: Sequence[str] | None = None,
        params: Sequence[str] | None = None,
    ) -> Gradients:
        """Run the layers, and return the gradients that reach blobs and parameters.

        It is a pass of its own: random numbers are drawn anew, recurrent layers start from zeros,
        BatchNorm's statistics stay as they are, and no layer writes a file.

        Args:
            arrays: the inputs by name.
            top_grads: gradients of blobs as they are after the segment, by name. A loss that has
                none starts from its `loss_weight`.
            blobs: the blobs whose gradients are wanted; the inputs unless given. Where a layer
                takes two copies of one blob, as a Split makes, one has the gradient of both.
            params: the layers whose parameters' gradients are wanted; all unless given.

        Raises:
            OwltfError: if an array is missing or of another shape, a blob or layer is unknown, or a
                layer refuses a value.
        """
        wanted, chosen = self._known(self.inputs if blobs is None else blobs), self._params(params)
        given = self._inputs(arrays), self._top_grads(top_grads or {})
        key = ("backward", wanted, tuple(chosen), tuple(given[1]))
        run = self._function(key, Backward(self.blobs, self.training, wanted, chosen))
        with pass_errors(self.name, {}), user_errors():
            of_blobs, of_params, outputs = run(given)
        return Gradients(
            blobs=_numpy(of_blobs),
            params={name: _in_caffe(chosen[name], of_params[name]) for name in chosen},
            outputs=_numpy(outputs),
        )

    def _function(self, key: Any, function: Callable[..., Any], **fixed: Any) -> Any:
        if key not in self._compiled:
            self._compiled[key] = compiled(function, **fixed)
        return self._compiled[key]

    def _inputs(self, arrays: Arrays) -> dict[str, Any]:
        shapes = {name: blob.shape for name, blob in self.blobs.fed.items()}
        values = InputArrays(self.name, shapes).tensors_of_one_size(arrays)
        for one, other in self.blobs.copies:
            if not np.array_equal(values[one], values[other]):
                raise OwltfError(
                    f"{self.name} takes '{one}' and '{other}' as copies of one blob; feed equal "
                    f"values"
                )
        return values

    def _top_grads(self, arrays: Arrays) -> dict[str, Any]:
        shapes = {name: self.blobs.after[name].shape for name in self._known(tuple(arrays))}
        return InputArrays(self.name, shapes, "top gradient").tensors_of_one_size(arrays)

    def _known(self, blobs: Sequence[str]) -> tuple[str, ...]:
        known = self.blobs.after
        for name in blobs:
            if name not in known:
                raise OwltfError(f"{self.name} has no blob '{name}': {did_you_mean(name, known)}")
        return tuple(blobs)

    def _params(self, layers: Sequence[str] | None) -> dict[str, tuple[Param, ...]]:
        known = {layer.name: layer.params for layer in self.blobs.layers if layer.params}
        for name in layers or ():
            if name not in known:
                hint = did_you_mean(name, known)
                raise OwltfError(f"{self.name} has no layer '{name}' with parameters: {hint}")
        return known if layers is None else {name: known[name] for name in layers}


def layers_between(
    layers: Sequence[NetLayer], first: str | None, last: str | None
) -> Sequence[NetLayer]:
    """Return the layers from a first to a last one, both included.

    Args:
        layers: a net's layers.
        first: the first one's name; None for the net's first.
        last: the last one's name; None for the net's last.

    Raises:
        OwltfError: if there is no such layer, or the last comes before the first.
    """
    start = 0 if first is None else _place_of(first, layers)
    end = len(layers) - 1 if last is None else _place_of(last, layers)
    if start > end:
        raise OwltfError(f"layer '{layers[end].name}' comes before layer '{layers[start].name}'")
    return layers[start : end + 1]


def _place_of(name: str, layers: Sequence[NetLayer]) -> int:
    names = [layer.name for layer in layers]
    if name not in names:
        raise OwltfError(f"the net has no layer '{name}': {did_you_mean(name, names)}")
    return names.index(name)


def _numpy(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in values.items()}


def _in_caffe(params: Sequence[Param], grads: Sequence[Any]) -> list[np.ndarray]:
    return [param.to_caffe(grad.numpy()) for param, grad in zip(params, grads, strict=True)]
