"""For tests of converters: run one layer on arrays in Caffe's order, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.caffe.filter import filter_net, net_state
from owltf.caffe.graph import Graph
from owltf.caffe.read import net_from_text, read_net
from owltf.errors import OwltfError
from owltf.net.build import build_net
from owltf.net.context import NetContext
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.plugin.registry import Registry

LAYER = "layer"


@dataclass(frozen=True)
class LayerRun:
    """What one pass of a layer gave, in Caffe's order.

    Attributes:
        tops: the tops.
        bottom_grads: the gradient of each bottom; None where there is none.
        param_grads: the gradient of each parameter blob; None where there is none.
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
        top_grads: a gradient for each top; None for a loss, whose own loss weight is the seed.
        phase: "TRAIN" or "TEST".

    Raises:
        OwltfError: if the net cannot be built or an array does not fit.
    """
    built = net_of(net, phase)
    if params:
        built.set_params({LAYER: params})
    return _run(built, [np.asarray(bottom, np.float32) for bottom in bottoms], top_grads)


def net_of(net: str | Path, phase: str = "TEST") -> Net:
    """Return the net of a prototxt, given as a path or as text."""
    registry = Registry(make_manager())
    if isinstance(net, str) and "{" in net:
        source = net_from_text(net, registry.schema)
    else:
        source = read_net(net, registry.schema)
    graph = Graph.of(filter_net(source, net_state(phase)))
    return build_net(graph, NetContext(registry, phase, folder=source.folder))


def _run(net: Net, bottoms: list[np.ndarray], top_grads: Sequence[Any] | None) -> LayerRun:
    parameter = next(each.parameter for each in net.graph.layers if each.name == LAYER)
    names = list(parameter.bottom)
    if len(bottoms) != len(names):
        raise OwltfError(f"layer '{LAYER}' has the bottoms {names}, got {len(bottoms)} arrays")
    inputs = {name: tf.constant(array) for name, array in zip(names, bottoms, strict=True)}
    watched = [inputs[name] for name in names]
    params = list(net.layer_params.get(LAYER, ()))
    variables = [param.variable.value for param in params]
    tops, grads = _differentiate(net, inputs, watched, variables, top_grads)
    after = len(watched)
    return LayerRun(
        tops=tops,
        bottom_grads=[_array(grad) for grad in grads[:after]],
        param_grads=[
            None if grad is None else param.to_caffe(grad.numpy())
            for param, grad in zip(params, grads[after:], strict=True)
        ],
        params_after=[param.get() for param in params],
    )


def _differentiate(
    net: Net,
    inputs: dict[str, Any],
    watched: list[Any],
    variables: list[Any],
    top_grads: Sequence[Any] | None,
) -> tuple[list[np.ndarray], list[Any]]:
    blobs = [blob.to_caffe() for blob in net.layer_tops[LAYER]]
    model = net.model_of_tensors([*(blob.tensor for blob in blobs), *_loss_tensors(net)])
    with tf.GradientTape() as tape:
        tape.watch(watched)
        values = tf.nest.flatten(model(inputs, training=net.phase == "TRAIN"))
        tops, losses = values[: len(blobs)], values[len(blobs) :]
        seed = _seed(net, tops, losses, top_grads)
    grads = tape.gradient(seed, [*watched, *variables]) if seed is not None else None
    return [top.numpy() for top in tops], grads or [None] * (len(watched) + len(variables))


def _loss_tensors(net: Net) -> list[Any]:
    return [loss.tensor for loss in net.losses]


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
