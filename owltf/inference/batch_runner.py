"""Runs a net on batches on one or more devices, for tools that do not train it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import tensorflow as tf

from owltf.inference.engine_batches import engine_batches
from owltf.inference.net_batches import Batch
from owltf.net.data_errors import plain_errors
from owltf.net.net import Net
from owltf.runtime.devices import Devices, default_device
from owltf.runtime.step import Step, step
from owltf.stop_flag import check_stopped


class BatchRunner:
    """Runs a net on batches, each device computing a whole batch at a time.

    Training splits a batch over the devices. Here they take whole batches in turn, so that the
    results of N devices equal those of one to the last bit: for another batch size, a device adds
    numbers up in another order.

        runner = BatchRunner(net, {"fc7": net.output_of("fc7").to_caffe().tensor})
        for batch, values in runner.run(net_batches(net)):
            print(batch.keys[0], values["fc7"][0])

    Args:
        net: the net, made in the devices' scope (`load_net(..., devices=devices)`).
        outputs: the Keras tensors of the net to compute, in a structure of dicts and lists.
        devices: where it runs; TensorFlow's default device unless given.
    """

    def __init__(self, net: Net, outputs: Any, devices: Devices | None = None) -> None:
        self._net, self._devices = net, devices or default_device()
        self._other = engine_batches(net, outputs)
        with self._devices.scope():
            self._model = net.model_of_batches(outputs)
        # Images may be of many sizes; not each has a graph of its own then.
        # So may be the rows of a batch's true boxes.
        varies = net.sizes_vary or any(None in blob.shape for blob in net.input_blobs.values())
        self._compute = tf.function(self._on_all, autograph=False, reduce_retracing=varies)
        self._done = 0

    @property
    def at_once(self) -> int:
        """How many batches are computed at once."""
        # Recurrent layers keep a state from batch to batch, so batches run one at a time, each on
        # every device.
        is_recurrent = any(hasattr(layer, "recurrent_state") for layer in self._model.layers)
        return 1 if is_recurrent else self._devices.local_count

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Any]]:
        """Yield each batch, in order, with the arrays that were computed on it.

        Raises:
            OwltfError: if the net cannot compute on the data.
        """
        rest = iter(batches)
        while group := list(islice(rest, self.at_once)):
            yield from zip(group, self.run_group([each.arrays for each in group]), strict=True)

    def run_group(self, group: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Compute on up to `at_once` batches of inputs by blob name."""
        check_stopped()
        self._net.refresh()
        missing = self._devices.local_count - len(group)
        whole = [{name: each[name] for name in self._net.inputs} for each in group]
        number = tf.constant(self._done, tf.int64)
        with plain_errors(self._net.sources), self._net.pass_errors():
            if self._other is not None:
                results = [self._other(each) for each in whole]
            else:
                results = self._compute([*whole, *whole[-1:] * missing], number)
        self._done += len(group)
        return [tf.nest.map_structure(_array, result) for result in results[: len(group)]]

    def _on_all(self, group: list[dict[str, Any]], number: Any) -> list[Any]:
        if len(group) == 1:
            return [self._on_one(group[0], number)]
        spread = self._devices.each(lambda replica: self._task(group, replica, number))
        results = self._devices.run(self._on_one, *spread)
        return [self._of_replica(replica, results) for replica in range(len(group))]

    def _task(self, group: list[dict[str, Any]], replica: int, number: Any) -> tuple[Any, Any]:
        # Each machine computes all batches by itself.
        place = replica % self._devices.local_count
        return group[place], number + place

    def _of_replica(self, replica: int, results: Any) -> Any:
        return tf.nest.map_structure(lambda value: self._devices.parts(value)[replica], results)

    def _on_one(self, inputs: dict[str, Any], number: Any) -> Any:
        rows = next((value.shape[0] for value in inputs.values()), None)
        with step(Step(number, self._net.context.seed, replica=0, replicas=1, batch=rows)):
            return self._model(inputs, training=self._net.phase == "TRAIN")


def _array(value: Any) -> Any:
    return value.numpy()
