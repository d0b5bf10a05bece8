"""run_layer: runs one layer forward and backward on arrays in Caffe's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.convert.params import Param
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.runtime.step import Step, step
from owltf.testing.nets import LAYER, bottom_names, net_of


@dataclass(frozen=True)
class LayerRun:
    """The results of one pass of a layer, in Caffe's order.

    Attributes:
        tops: the tops.
        bottom_grads: the gradient of each bottom; None for one without a gradient.
        param_grads: the gradient of each parameter blob; None for one without a gradient.
        params_after: the parameter blobs after the pass, which BatchNorm changes.
    """

    tops: list[np.ndarray]
    bottom_grads: list[np.ndarray | None]
    param_grads: list[np.ndarray | None]
    params_after: list[np.ndarray]


def run_layer(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phase: str = "TRAIN",
) -> LayerRun:
    """Run a net of `Input` layers and then one layer named `layer`.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs, in Caffe's shapes; filled by their fillers if absent.
        top_grads: a gradient for each top; None for a loss, whose gradient is its loss weight.
        phase: "TRAIN" or "TEST".

    Raises:
        OwltfError: if the net cannot be built or an array does not fit.
    """
    built = net_of(net, phase)
    if params:
        built.set_params({LAYER: params})
    return run_built(built, bottoms, top_grads)


def run_built(
    net: Net, bottoms: Sequence[Any], top_grads: Sequence[Any] | None, *, draws: bool = False
) -> LayerRun:
    """Run the layer of a built net.

    Args:
        net: the net.
        bottoms: an array for each bottom.
        top_grads: a gradient for each top; None for a loss.
        draws: compute the first pass of a run with seed 0, so that random numbers are repeatable.
    """
    inputs, params = inputs_of(net, bottoms), net.layer_params.get(LAYER, ())
    names = bottom_names(net)
    with first_pass(draws):
        return differentiate(net, layer_tensors(net), inputs, names, params, top_grads)


def differentiate(
    net: Net,
    tops: Sequence[Any],
    inputs: dict[str, Any],
    bottoms: Sequence[str],
    params: Sequence[Param],
    top_grads: Sequence[Any] | None,
) -> LayerRun:
    """Compute tops of a net, and the gradients of inputs and parameters.

    Args:
        net: the net.
        tops: Keras tensors of the net.
        inputs: the net's inputs by blob name, as tensors.
        bottoms: the inputs whose gradients are wanted.
        params: the parameter blobs.
        top_grads: a gradient for each top; None for losses.
    """
    watched = [inputs[name] for name in bottoms]
    variables = [param.variable.value for param in params]
    arrays, grads = _gradients(net, tops, inputs, [*watched, *variables], top_grads)
    after = len(watched)
    return LayerRun(
        tops=arrays,
        bottom_grads=[_array(grad) for grad in grads[:after]],
        param_grads=[
            None if grad is None else param.to_caffe(grad.numpy())
            for param, grad in zip(params, grads[after:], strict=True)
        ],
        params_after=[param.get() for param in params],
    )


def first_pass(draws: bool) -> Any:
    """Return a context of the first pass of a run, from which layers draw random numbers.

    Without `draws` it is the context of no run.
    """
    return step(Step(tf.zeros((), tf.int64), seed=0, replica=0, replicas=1) if draws else None)


def inputs_of(net: Net, bottoms: Sequence[Any]) -> dict[str, Any]:
    """Return the layer's bottoms by blob name, as tensors."""
    names = bottom_names(net)
    if len(bottoms) != len(names):
        raise OwltfError(f"layer '{LAYER}' has the bottoms {names}, got {len(bottoms)} arrays")
    arrays = (np.asarray(bottom, np.float32) for bottom in bottoms)
    return {name: tf.constant(array) for name, array in zip(names, arrays, strict=True)}


def layer_tensors(net: Net, layer: str = LAYER) -> list[Any]:
    """Return the Keras tensors of a layer's tops, in Caffe's order."""
    return [blob.to_caffe().tensor for blob in net.layer_tops[layer]]


def _gradients(
    net: Net,
    tensors: Sequence[Any],
    inputs: dict[str, Any],
    sources: Sequence[Any],
    top_grads: Sequence[Any] | None,
) -> tuple[list[np.ndarray], list[Any]]:
    model = net.model_of_tensors((list(tensors), [loss.tensor for loss in net.losses]))
    with tf.GradientTape() as tape:
        tape.watch(list(inputs.values()))
        tops, losses = model(inputs, training=net.phase == "TRAIN")
        seed = _seed(net, tops, losses, top_grads)
    grads = tape.gradient(seed, list(sources)) if seed is not None else None
    return [top.numpy() for top in tops], grads or [None] * len(sources)


def _seed(net: Net, tops: Any, losses: Any, top_grads: Sequence[Any] | None) -> Any:
    if top_grads is not None:
        terms = [
            tf.reduce_sum(top * tf.constant(np.asarray(grad, np.float32)))
            for top, grad in zip(tops, top_grads, strict=True)
        ]
    else:
        weights = [loss.weight for loss in net.losses]
        terms = [w * tf.reduce_sum(loss) for w, loss in zip(weights, losses, strict=True)]
    return tf.add_n(terms) if terms else None


def _array(grad: Any) -> np.ndarray | None:
    return None if grad is None else np.asarray(tf.convert_to_tensor(grad))
