"""The common part of the recurrent layers LSTM and RNN."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.layers.common.inner_product import product
from owltf.layers.recurrent.over_time import as_rows
from owltf.layers.recurrent.recurrent_source import RECURRENT
from owltf.runtime.graph_checks import check_one_replica
from owltf.runtime.recurrent_state import RecurrentState
from owltf.runtime.standard_ops import with_shape

INPUT_BLOBS = (ParamBlob("kernel", caffe="oi", keras="io"), ParamBlob("bias"))
STATIC_BLOB = ParamBlob("static_kernel", caffe="oi", keras="io")


class Recurrent(keras.layers.Layer):
    """The Keras layer of a recurrent Caffe layer, without the formula of its steps.

    Its inputs are x (T, N, D); the markers (T, N), 0 where a sequence begins and 1 where it
    continues; with `has_static` an input (N, D') that is the same at all times; and with
    `expose_hidden` the states to start from, each (1, N, units). Its outputs are (T, N, units),
    and with `expose_hidden` the last states.

    Without `expose_hidden` it continues from the states of the pass before, as `RecurrentState`
    says. No gradient goes through the states to another pass, nor out of the layer, as in Caffe.

    Args:
        units: the size of the hidden state.
        has_static: whether there is an input without time.
        expose_hidden: whether states are inputs and outputs.
        net: the phase and number of the net it is in, since each net keeps states of its own.
        is_whole: whether each replica has whole sequences (`--batch-per-gpu`).
        title: the Caffe layer in words, for errors.
    """

    cell: ClassVar[str]
    gates: ClassVar[int]
    states: ClassVar[int]

    def __init__(
        self,
        units: int,
        has_static: bool,
        expose_hidden: bool,
        net: str,
        is_whole: bool,
        title: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units, self.has_static, self.expose_hidden = units, has_static, expose_hidden
        self.net, self.is_whole, self.title = net, is_whole, title
        self.supports_jit = False

    def build(self, input_shape: Sequence[Sequence[int]]) -> None:
        """Add the weights, in Caffe's order."""
        x, _, *others = input_shape
        width = self.gates * self.units
        self.kernel = self._matrix("kernel", x[-1], width)
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")
        if self.has_static:
            self.static_kernel = self._matrix("static_kernel", others[0][-1], width)
        self.recurrent_kernel = self._matrix("recurrent_kernel", self.units, width)
        if not self.expose_hidden:
            self.recurrent_state = RecurrentState([(x[1], self.units)] * self.states)

    def _matrix(self, name: str, rows: int, columns: int) -> Any:
        return self.add_weight(name=name, shape=(rows, columns))

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the outputs at all times, and with `expose_hidden` the last states."""
        if not self.is_whole:
            check_one_replica(self.title, "a layer over time (axis 0), without --batch-per-gpu,")
        x, markers, *others = inputs
        static = others.pop(0) if self.has_static else None
        first = (
            [state[0] for state in others] if self.expose_hidden else self.recurrent_state.read()
        )
        keep = tf.stop_gradient(markers)[..., tf.newaxis]
        top, last = self.over_time(self._input(x, static), keep, map(tf.stop_gradient, first))
        last = [tf.stop_gradient(state) for state in last]
        if self.expose_hidden:
            return [top, *(state[tf.newaxis] for state in last)]
        self.recurrent_state.write(last)
        return top

    def _input(self, x: Any, static: Any) -> Any:
        """Return the inputs' part of the gates, computed for all times in one product."""
        rows = product(as_rows(x), tf.convert_to_tensor(self.kernel)) + self.bias
        gates = tf.reshape(rows, (-1, x.shape[1], rows.shape[-1]))
        gates = with_shape(gates, (x.shape[0], *gates.shape[1:]))
        if static is None:
            return gates
        gates += product(static, tf.convert_to_tensor(self.static_kernel))
        # The static input's rows may be open where there is one stream.
        return with_shape(gates, (x.shape[0], x.shape[1], gates.shape[-1]))

    @abstractmethod
    def over_time(self, gates: Any, keep: Any, first: Any) -> tuple[Any, Sequence[Any]]:
        """Return the outputs at all times and the last states.

        Args:
            gates: the inputs' part of the gates, (T, N, gates x units).
            keep: the markers, (T, N, 1).
            first: the states before the first time, each (N, units).
        """

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"units": self.units, "has_static": self.has_static, "title": self.title}
        more = {"expose_hidden": self.expose_hidden, "net": self.net}
        return {**super().get_config(), **own, **more, "is_whole": self.is_whole}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(RECURRENT)
        static, states = self.has_static or None, self.expose_hidden or None
        return call.layer_call("Recurrent", self.cell, self.units, static=static, states=states)


class RecurrentConverter(LayerConverter):
    """The common part of the converters of LSTM and RNN."""

    bottoms = (2, None)

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return that the first axis is time."""
        return True

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the markers are 0 or 1."""
        return {1: 2}


def has_static(layer: Layer, states: int) -> bool:
    """Return whether a layer with this number of states has an input without time."""
    exposed = states if layer.parameter.recurrent_param.expose_hidden else 0
    return len(layer.parameter.bottom) > 2 + exposed


def with_static(blobs: Sequence[ParamBlob], layer: Layer, states: int) -> tuple[ParamBlob, ...]:
    """Return a layer's parameter blobs, with those of an input without time if it has one."""
    static = (STATIC_BLOB,) if has_static(layer, states) else ()
    return (*blobs[:2], *static, *blobs[2:])


def build(layer: Layer, param: Any, kind: type[Recurrent], bottoms: Sequence[Blob]) -> list[Blob]:
    """Return the tops of a recurrent layer.

    Args:
        layer: the layer.
        param: its `RecurrentParameter`.
        kind: its Keras class.
        bottoms: its bottoms.
    """
    static = has_static(layer, kind.states)
    _check(layer, bottoms, kind.states, static)
    recurrent = layer.keras(
        kind,
        fillers=[
            param.bias_filler if "bias" in blob.name else param.weight_filler
            for blob in layer.weights.blobs
        ],
        units=param.num_output,
        has_static=static,
        expose_hidden=param.expose_hidden,
        net=f"{layer.phase} {layer.context.test_net}",
        is_whole=layer.context.batch_factor > 1,
        title=layer.title,
    )
    x, markers, *others = bottoms
    others = [others[0].flatten(1), *others[1:]] if static else others
    inputs = [x.flatten(2), markers, *others]
    tops = recurrent([each.to_caffe().tensor for each in inputs])
    if not param.expose_hidden:
        return [x.plain(tops, x.shape[0])]
    batches = layer.context.batch_factor
    return [x.plain(tops[0], x.shape[0]), *(x.plain(top, batches) for top in tops[1:])]


def _check(layer: Layer, bottoms: Sequence[Blob], states: int, static: bool) -> None:
    param, (x, markers, *others) = layer.parameter.recurrent_param, bottoms
    exposed = states if param.expose_hidden else 0
    if param.num_output < 1:
        raise layer.error(f"num_output must be at least 1, got {param.num_output}")
    _check_count(layer, "bottom", len(bottoms) - static, 2 + exposed)
    _check_count(layer, "top", len(layer.tops), 1 + exposed)
    if x.rank < 3:
        raise layer.error(f"takes (T, N, ...) of 3 axes or more; '{x.name}' is {x.shape}")
    (time, streams), batches = x.shape[:2], layer.context.batch_factor
    _check_shape(layer, markers, (time, streams), "the markers, a number for each step and stream,")
    if static and (others[0].rank < 2 or others[0].shape[0] != streams * batches):
        raise layer.error(
            f"an input without time must be ({streams}, ...); "
            f"'{others[0].name}' is {others[0].shape}"
        )
    for state in others[static:]:
        _check_shape(layer, state, (batches, streams, param.num_output), "a state")


def _check_count(layer: Layer, what: str, count: int, wanted: int) -> None:
    if count != wanted:
        raise layer.error(
            f"with expose_hidden: {str(layer.parameter.recurrent_param.expose_hidden).lower()} "
            f"it takes {wanted} {what}s (an input without time is one more), got {count}"
        )


def _check_shape(layer: Layer, blob: Blob, wanted: tuple[int, ...], what: str) -> None:
    if blob.shape != wanted:
        raise layer.error(f"{what} must be {wanted}; '{blob.name}' is {blob.shape}")
