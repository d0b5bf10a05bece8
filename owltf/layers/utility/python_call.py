"""Calls the user's Python layer from a TensorFlow graph, on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.python_layers.host_layer import HostLayer
from owltf.runtime.global_sum import global_sum, replicas_of_batch
from owltf.runtime.open_sizes import opened
from owltf.runtime.replicas import replica_number
from owltf.runtime.step import current_step, step
from owltf.runtime.user_errors import marked
from owltf.runtime.whole_batch import gathered, once, own

Shape = Sequence[int | None]
Tensors = Sequence[Any]


class HostLayers:
    """The instances of the user's layer: one, or one for each replica.

    Attributes:
        all: the instances made so far, by replica.

    Args:
        first: the first instance.
        is_shared: whether all replicas take turns with it (`share_in_parallel`).
    """

    def __init__(self, first: HostLayer, *, is_shared: bool) -> None:
        self.all, self._is_shared = {0: first}, is_shared

    def of_replica(self) -> HostLayer:
        """Return the instance of the current replica, made when it is first needed."""
        index = 0 if self._is_shared else replica_number()
        if index not in self.all:
            self.all[index] = self.all[0].twin()
        return self.all[index]


@keras.saving.register_keras_serializable("owltf")
class PythonCall(keras.layers.Layer):
    """Calls the `forward` and `backward` of the user's Python layer.

    If replicas share a batch, the code runs once, on the whole batch. A saved model does not hold
    the code: it can be loaded but not run.

    Args:
        title: the Caffe layer in words, for errors.
        rows: how many rows of each bottom the code sees; None for one that is not split.
        trained: whether each bottom depends on weights.
        tops: the shape of each top as the code sets it.
        split: whether each top is split by rows as the bottoms are.
        blobs: the parameter blobs' shapes.
        is_own: whether each replica has a batch of its own (`--batch-per-gpu`).
        hosts: the instances of the user's layer; None in a model that was loaded from a file.
    """

    def __init__(
        self,
        title: str,
        rows: Sequence[int | None],
        trained: Sequence[bool],
        tops: Sequence[Shape],
        split: Sequence[bool],
        blobs: Sequence[Shape],
        is_own: bool,
        hosts: HostLayers | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.title, self.is_own, self.hosts = title, is_own, hosts
        self.rows, self.trained, self.split = list(rows), list(trained), list(split)
        self.tops, self.blob_shapes = [tuple(top) for top in tops], [tuple(blob) for blob in blobs]
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Add the parameter blobs, with the values that the user's `setup` gave them."""
        blobs = self.hosts.of_replica().blobs if self.hosts else ()
        self.blobs = [
            self.add_weight(
                name=f"blob{index}",
                shape=shape,
                initializer=partial(_filled, blobs[index].data) if blobs else "zeros",
            )
            for index, shape in enumerate(self.blob_shapes)
        ]

    def call(self, inputs: Any) -> list[Any]:
        """Return the tops; for a layer without tops a zero, so that it can be run."""
        bottoms = list(inputs) if self.rows else []
        tensors = [*bottoms, *map(tf.convert_to_tensor, self.blobs)]
        if not self.tops:
            return [0 * self._forward(*tensors)[-1]]
        return list(tf.custom_gradient(self._pass)(*tensors)) if tensors else self._forward()[0]

    def _pass(self, *tensors: Any) -> Any:
        tops, whole, number = self._forward(*tensors)
        current = current_step()

        def gradient(*upstream: Any) -> list[Any]:
            with step(current):
                return self._backward(whole, number, upstream)

        return tops, gradient

    def _forward(self, *tensors: Any) -> tuple[list[Any], Tensors, Any]:
        """Return this replica's rows of the tops, the code's inputs, and the number of the pass."""
        whole = self._gathered(tensors, self._rows_of_all())
        shapes = [*self._top_shapes(whole), ()]
        *tops, number = self._once(partial(self._on_host, _run_forward, whole, shapes), shapes)
        pairs = zip(tops, self.split, strict=True)
        return [self._own(top) if split else self._mean(top) for top, split in pairs], whole, number

    def _backward(self, whole: Tensors, number: Any, upstream: Tensors) -> list[Any]:
        """Return the gradients of this replica's rows, and its part of those that are not split."""
        rows = [shape[0] if split else None for shape, split in self._split_tops()]
        grads = [
            grad if split else self._mean(grad) if self.is_own else global_sum(grad)[0]
            for grad, split in zip(self._gathered(upstream, rows), self.split, strict=True)
        ]
        current = current_step()
        wants_all = current is None or current.wants_all_gradients
        propagate = [trained or wants_all for trained in self.trained]
        inputs = [number, *whole, *grads]
        shapes = [tensor.shape for tensor in whole]
        compute = partial(self._on_host, partial(_run_backward, propagate), inputs, shapes)
        made = zip(self._once(compute, shapes), self._rows_of_all(), strict=True)
        # The gradients of all replicas are added up; where all hold the same, each returns a part.
        parts = 1 if self.is_own else replicas_of_batch()
        return [self._own(grad) if rows else grad / parts for grad, rows in made]

    def _rows_of_all(self) -> list[int | None]:
        return [*self.rows, *[None] * len(self.blobs)]

    def _gathered(self, tensors: Tensors, rows: Sequence[int | None]) -> Tensors:
        return tensors if self.is_own else gathered(tensors, rows)

    def _once(self, compute: Callable[[], Tensors], shapes: Sequence[Shape]) -> Tensors:
        return compute() if self.is_own else once(compute, shapes)

    def _own(self, whole: Any) -> Any:
        return whole if self.is_own else own(whole)

    def _mean(self, top: Any) -> Any:
        return global_sum(top)[0] / replicas_of_batch() if self.is_own else top

    def _top_shapes(self, bottoms: Tensors) -> list[Shape]:
        """Return the tops' shapes in this pass, with as many rows as the bottoms have."""
        if not self.rows and replicas_of_batch() == 1:
            return [_any_size(top) for top in self.tops]
        counts = [(each.shape[0], rows) for each, rows in zip(bottoms, self.rows, strict=False)]
        have, rows = next(((have, rows) for have, rows in counts if rows), (1, 1))
        is_alone = replicas_of_batch() == 1
        return [
            (_rows_made(top[0], have, rows, is_alone), *top[1:]) if split else top
            for top, split in self._split_tops()
        ]

    def _split_tops(self) -> list[tuple[Shape, bool]]:
        return list(zip(self.tops, self.split, strict=True))

    def _on_host(self, run: Any, tensors: Tensors, shapes: Sequence[Shape]) -> list[Any]:
        if self.hosts is None:
            raise OwltfError(
                marked(
                    f"{self.title}: its code is not in a saved model; load the net by "
                    f"load_net(..., allow_python_layers=True)"
                )
            )
        function = partial(_marked, run, self.hosts.of_replica(), shapes)
        made = tf.nest.flatten(tf.numpy_function(function, tensors, [tf.float32] * len(shapes)))
        return [tf.ensure_shape(each, shape) for each, shape in zip(made, shapes, strict=True)]

    def compute_output_shape(self, input_shape: Any) -> list[Shape]:
        """Return the tops' shapes, the rows open if they are split."""
        shapes = [(None, *top[1:]) if split else top for top, split in self._split_tops()]
        return shapes or [()]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer, without the user's code."""
        own = {"title": self.title, "is_own": self.is_own, "blobs": self.blob_shapes}
        more = {"rows": self.rows, "trained": self.trained, "tops": self.tops, "split": self.split}
        return {**super().get_config(), **own, **more}


def _any_size(top: Shape) -> Shape:
    """Return a top's shape of a layer without bottoms; a single image may have any size."""
    return opened(top) if top and top[0] == 1 else top


def _rows_made(count: int | None, have: int | None, rows: int, is_alone: bool) -> int | None:
    """Return the rows of a top, None if the code chooses them in each pass.

    It may if it made one row of one, as the regions that are found in an image are: of them there
    are as many as it sets in its `forward`.
    """
    return None if is_alone and count == rows == 1 else _scaled(count, have, rows)


def _scaled(count: int | None, have: int | None, rows: int) -> int | None:
    return None if count is None or have is None else count * have // rows


def _filled(values: np.ndarray, shape: Shape, dtype: Any = None) -> np.ndarray:
    return values.copy()


def _marked(run: Any, host: HostLayer, shapes: Sequence[Shape], *arrays: np.ndarray) -> Any:
    try:
        return run(host, shapes, *arrays)
    except OwltfError as error:
        raise OwltfError(marked(str(error))) from error


def _run_forward(host: HostLayer, shapes: Sequence[Shape], *arrays: np.ndarray) -> list[Any]:
    bottoms = len(host.shapes)
    tops, number = host.forward(arrays[:bottoms], arrays[bottoms:])
    for name, top, wanted in zip(host.parameter.top, tops, shapes, strict=False):
        if not tf.TensorShape(wanted).is_compatible_with(top.shape):
            raise OwltfError(
                f"{host.title}: top '{name}' has shape {top.shape} in this pass, but {wanted} when "
                "the net was built: a net's shapes are fixed, but for the batch, and the height "
                "and width of a source that gives one image at a time on one device"
            )
    return [*tops, np.float32(number)]


def _run_backward(
    propagate: Sequence[bool], host: HostLayer, shapes: Sequence[Shape], *arrays: np.ndarray
) -> list[np.ndarray]:
    (number, *tensors), bottoms, inputs = arrays, len(host.shapes), len(shapes)
    blobs, grads = tensors[bottoms:inputs], tensors[inputs:]
    return host.backward(int(number), tensors[:bottoms], blobs, grads, propagate)
