"""Checks that a layer computes the same on several replicas as on one device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.convert.params import Param
from owltf.net.net import Net
from owltf.runtime.batch_rows import first_row, share
from owltf.runtime.compiled import compiled
from owltf.runtime.devices import Devices, choose_devices
from owltf.runtime.replicas import replica_count, replica_number
from owltf.runtime.step import step
from owltf.runtime.user_errors import user_errors
from owltf.testing.case import LayerCase
from owltf.testing.checks.gradients import with_top_grads
from owltf.testing.compare import assert_close
from owltf.testing.cpu_devices import need_cpus
from owltf.testing.layer_run import layer_tensors
from owltf.testing.nets import LAYER, bottom_names
from owltf.train.replica_pass import current_pass, objective, own_share

# Several replicas add the terms of a sum up in another order than one device.
RTOL = 1e-3


@dataclass(frozen=True)
class ReplicaRun:
    """The results of a pass over several replicas.

    Attributes:
        tops: each output of each replica, by blob name.
        grads: the gradient of each input, its rows in the order of the whole batch.
        param_grads: the gradient of each parameter blob of the layer named `layer`, summed over the
            replicas.
    """

    tops: dict[str, list[np.ndarray]]
    grads: dict[str, np.ndarray | None]
    param_grads: list[np.ndarray | None]


@user_errors()
def check_replicas(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phase: str = "TRAIN",
    replicas: int = 2,
    draws: bool = False,
) -> None:
    """Check that a layer computes the same when its batch is split over several replicas.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order, a row for each sample.
        params: the layer's parameter blobs; filled by their fillers if absent.
        top_grads: a gradient for each top; drawn if absent, unless the layer is a loss.
        phase: "TRAIN" or "TEST".
        replicas: how many; logical CPUs.
        draws: whether the layer draws random numbers by `current_step().uniform`.

    Raises:
        AssertionError: if a top or a gradient differs.
        OwltfError: if TensorFlow has started with fewer devices.
    """
    case = LayerCase.of(net, bottoms, params, top_grads, phase=phase, draws=draws)
    compare_replicas(with_top_grads(case), replicas)


def compare_replicas(case: LayerCase, replicas: int) -> None:
    """Compare a case on one device and on several."""
    net = case.built
    one, many = (_run(case, case.feeds(net), count) for count in (1, replicas))
    rule = f"{replicas} replicas must compute what one device computes; "
    names = case.names
    for index, blob in enumerate(net.layer_tops[LAYER]):
        (whole,), parts = one.tops.get(blob.name, [None]), many.tops.get(blob.name, [])
        for got in [np.concatenate(parts)] if _is_split(whole, parts) else parts:
            assert_close(got, whole, rule + names("top", index))
    for index, name in enumerate(bottom_names(net)):
        _compare_grads(many.grads[name], one.grads[name], rule, names("bottom", index))
    for index, grads in enumerate(zip(many.param_grads, one.param_grads, strict=True)):
        _compare_grads(*grads, rule, names("param", index))


def _compare_grads(
    got: np.ndarray | None, expected: np.ndarray | None, rule: str, name: str
) -> None:
    if got is not None or expected is not None:
        zero = np.zeros_like(got if expected is None else expected)
        got, expected = (zero if grad is None else grad for grad in (got, expected))
        assert_close(got, expected, f"{rule}gradient of {name}", rtol=RTOL)


def _is_split(whole: np.ndarray | None, parts: list[np.ndarray]) -> bool:
    return whole is not None and bool(whole.ndim) and parts[0].shape != whole.shape


def run_replicas(
    net: str | Path,
    arrays: Mapping[str, Any],
    replicas: int,
    *,
    params: Sequence[Any] = (),
    phase: str = "TRAIN",
) -> ReplicaRun:
    """Run a net forward and backward with its batch split over replicas.

    Args:
        net: a prototxt, as a path or as text; of any layers.
        arrays: the inputs by name, of one batch.
        replicas: how many; 1 is one device without a strategy.
        params: the parameter blobs of the layer named `layer`.
        phase: "TRAIN" or "TEST".

    Raises:
        OwltfError: if TensorFlow has started with fewer devices.
    """
    return _run(LayerCase.of(net, [], params, phase=phase), arrays, replicas)


def _run(case: LayerCase, arrays: Mapping[str, Any], replicas: int) -> ReplicaRun:
    need_cpus(replicas)
    devices = choose_devices(cpu_replicas=replicas)
    with devices.scope():
        pass_ = _Pass(case.build(), case)
    batch = {name: np.asarray(array, np.float32) for name, array in arrays.items()}

    def run() -> Any:
        results = devices.run(pass_, devices.split(_constants(batch)))
        return [_parts(devices, each) for each in results]

    tops, grads, param_grads = compiled(run)()
    params = pass_.net.layer_params.get(LAYER, ())
    return ReplicaRun(
        tops={name: [value.numpy() for value in values] for name, values in tops.items()},
        grads={name: _joined(values) for name, values in grads.items()},
        param_grads=[_summed(param, param_grads[index]) for index, param in enumerate(params)],
    )


def _constants(batch: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: tf.constant(array) for name, array in batch.items()}


def _parts(devices: Devices, values: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: () if value is None else devices.parts(value) for name, value in values.items()}


def _joined(values: Any) -> np.ndarray | None:
    return np.concatenate([value.numpy() for value in values]) if values else None


def _summed(param: Param, grads: Any) -> np.ndarray | None:
    """Return the gradient of a parameter that each replica has a part of, in Caffe's order."""
    return param.to_caffe(np.sum([each.numpy() for each in grads], 0)) if grads else None


class _Pass:
    """The pass that each replica computes: the trainer's, with given gradients of the tops added.

    Args:
        net: the net.
        case: the case that it was built from.
    """

    def __init__(self, net: Net, case: LayerCase) -> None:
        self.net, self._case = net, case
        tops = layer_tensors(net) if case.top_grads else []
        losses = [loss.tensor for loss in net.losses]
        effects = [effect.tensor for effect in net.effects]
        outputs = net.caffe_tensors(net.outputs)
        self._model = net.model_of_tensors((outputs, losses, tops, effects))
        self._variables = [param.variable.value for param in net.layer_params.get(LAYER, ())]

    def __call__(self, rows: dict[str, Any]) -> Any:
        number = tf.zeros((), tf.int64)
        with tf.GradientTape() as tape, step(self._draws(number)):
            tape.watch(rows)
            outputs, losses, tops, _ = self._model(rows, training=self.net.phase == "TRAIN")
            seeds = tf.add_n([tf.zeros(()), *self._seeds(tops)])
            share = own_share(objective(self.net, losses)) + seeds
        grads, param_grads = tape.gradient(share, (rows, self._variables))
        return outputs, grads, dict(enumerate(param_grads))

    def _draws(self, number: Any) -> Any:
        return current_pass(self.net, number) if self._case.draws else None

    def _seeds(self, tops: Any) -> list[Any]:
        grads = self._case.top_grads or ()
        return [self._seed(top, grad) for top, grad in zip(tops, grads, strict=True)]

    def _seed(self, top: Any, grad: np.ndarray) -> Any:
        """Return a number whose gradient by a top is the given one, on this replica's rows."""
        if tuple(top.shape) == grad.shape:
            return own_share(tf.reduce_sum(top * grad))
        return tf.reduce_sum(top * _own_rows(grad, len(self._case.bottoms[0])))


def _own_rows(array: np.ndarray, batch: int) -> np.ndarray:
    """Return this replica's rows of an array that may have several for each row of a batch."""
    first = first_row(batch, replica_number(), replica_count())
    last = first + share(batch, replica_number(), replica_count())
    return array[first * len(array) // batch : last * len(array) // batch]
