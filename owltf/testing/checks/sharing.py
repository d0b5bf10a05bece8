"""Layers that share their parameter blobs with others of their type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.caffe.prototxt.source import copied
from owltf.convert.params import Param
from owltf.convert.sharing import SharedLayers
from owltf.net.net import Net
from owltf.net.solver_nets import build_source
from owltf.runtime.user_errors import user_errors
from owltf.testing.case import BlobNames, LayerCase
from owltf.testing.checks.gradients import with_top_grads
from owltf.testing.compare import assert_close
from owltf.testing.layer_run import LayerRun, differentiate, layer_tensors
from owltf.testing.nets import LAYER, bottom_names

_RULE = "layers whose params have one name must share them"


@user_errors()
def check_sharing(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phase: str = "TRAIN",
) -> None:
    """Build a layer twice in one net with `param { name: ... }`, and compare with two nets.

    Both layers must give what they give in nets of their own, on bottoms of their own, and the
    gradient of each shared blob must be the sum of the two. A layer without parameter blobs passes.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        top_grads: a gradient for each top; None for a loss.
        phase: "TRAIN" or "TEST".

    Raises:
        AssertionError: if a top or a gradient differs, or a blob is there twice.
    """
    compare_sharing(with_top_grads(LayerCase.of(net, bottoms, params, top_grads, phase=phase)))


def compare_sharing(case: LayerCase) -> None:
    """Compare two layers that share all their blobs with the same two alone."""
    net = case.built
    # What a layer draws depends on its name, so that two of them differ.
    if not net.params or case.draws:
        return
    case = replace(case, params=net.get_params()[LAYER])
    # The rows of the bottoms stay together: a label belongs to its image.
    other = replace(case, bottoms=[np.roll(bottom, 1, axis=0) for bottom in case.bottoms])
    pair = _pair_of(net)
    if len(pair.params) != len(net.params):
        raise AssertionError(
            f"{_RULE}; two of {case.names} have {len(pair.params)} blobs in place of "
            f"{len(net.params)}"
        )
    pair.set_params({LAYER: case.params})
    _compare(case.names, [case.run(), other.run()], _run_pair(pair, case, other))


def _pair_of(net: Net) -> Net:
    """Return a net with two of a net's layer, each on inputs of its own."""
    source = net.graph.source
    parameter = copied(source.parameter)
    for layer in source.parameter.layer:
        second = parameter.layer.add()
        second.CopyFrom(layer)
        for names in (second.top, second.bottom):
            names[:] = map(_second, names)
        second.name = _second(layer.name)
    for layer in parameter.layer:
        if layer.name in (LAYER, _second(LAYER)):
            _name_params(layer, net.layer_params[LAYER])
    context = replace(net.context, shared=SharedLayers())
    return build_source(source.rewritten(parameter), context)


def _second(name: str) -> str:
    return f"second_{name}"


def _name_params(layer: Any, params: Sequence[Param]) -> None:
    while len(layer.param) < len(params):
        layer.param.add()
    for index, param in enumerate(params):
        layer.param[index].name = f"shared{index}"
        if not param.variable.trainable:
            # Caffe refuses statistics that have a rate.
            layer.param[index].lr_mult = 0


def _run_pair(pair: Net, case: LayerCase, other: LayerCase) -> LayerRun:
    """Run both layers; the tops and gradients of the second follow those of the first."""
    names = [*bottom_names(pair), *map(_second, bottom_names(pair))]
    arrays = zip(names, [*case.bottoms, *other.bottoms], strict=True)
    inputs = {name: tf.constant(array) for name, array in arrays}
    tensors = [*layer_tensors(pair), *layer_tensors(pair, _second(LAYER))]
    grads = None if case.top_grads is None else [*case.top_grads, *case.top_grads]
    return differentiate(pair, tensors, inputs, names, pair.params, grads)


def _compare(names: BlobNames, alone: Sequence[LayerRun], pair: LayerRun) -> None:
    one, two = alone
    tops, grads = [*one.tops, *two.tops], [*one.bottom_grads, *two.bottom_grads]
    for index, (got, wanted) in enumerate(zip(pair.tops, tops, strict=True)):
        assert_close(got, wanted, f"{_RULE}; {names('top', index % len(one.tops))}")
    for index, (grad, wanted_grad) in enumerate(zip(pair.bottom_grads, grads, strict=True)):
        if wanted_grad is not None:
            name = names("bottom", index % len(one.bottom_grads))
            assert_close(grad, wanted_grad, f"{_RULE}; gradient of {name}")
    sums = zip(one.param_grads, two.param_grads, strict=True)
    for index, (grad, (first, second)) in enumerate(zip(pair.param_grads, sums, strict=True)):
        if first is not None and second is not None:
            what = f"{_RULE}; sum of the gradients of {names('param', index)}"
            assert_close(grad, first + second, what)
