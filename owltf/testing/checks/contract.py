"""Checks in one call everything that a layer must do, whatever it computes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from owltf.runtime.user_errors import user_errors
from owltf.testing.case import LayerCase
from owltf.testing.checks.batches import compare_batches
from owltf.testing.checks.caffemodel import compare_caffemodel
from owltf.testing.checks.forms import compare_forms
from owltf.testing.checks.forward import compare_forward
from owltf.testing.checks.gradients import check_slopes, with_top_grads
from owltf.testing.checks.keras_file import compare_keras_file
from owltf.testing.checks.replicas import compare_replicas
from owltf.testing.checks.sharing import compare_sharing
from owltf.testing.checks.sizes import compare_sizes
from owltf.testing.layer_run import LayerRun
from owltf.testing.nets import fixed_plugins

PHASES = ("TRAIN", "TEST")


@user_errors()
def check_converter(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    top_grads: Sequence[Any] | None = None,
    phases: Sequence[str] = PHASES,
    no_gradient: Collection[int] = (),
    draws: bool = False,
    batches: bool = True,
    sizes: bool = True,
    replicas: int = 2,
) -> LayerRun:
    """Check everything that a layer must do, whatever it computes.

    - Its tops have the declared shapes in each phase, are finite, and the same every time.
    - Its weights are all parameter blobs, so that they are saved and shared.
    - Two layers whose params have one name share them: `check_sharing`.
    - The layer goes through a caffemodel, the model through a `.keras` file, unchanged.
    - It computes the same as ONNX, if its converter has an `onnx` method: `check_forms`.
    - Every gradient equals the measured slope: `check_gradients`.
    - A batch may have another size, and so may images if the layer says so: `check_batches`,
      `check_sizes`.
    - Replicas compute what one device computes: `check_replicas`.

    Args:
        net: a prototxt of `Input` layers and then one layer named `layer`, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent. Values that are
            neither 0 nor equal find more mistakes.
        top_grads: a gradient for each top; drawn if absent, unless the layer is a loss.
        phases: the phases that the layer is for; gradients and replicas are checked in the first.
        no_gradient: the bottoms, by index, that have none, such as labels.
        draws: whether the layer draws random numbers by `current_step().uniform`.
        batches: whether the first axis is the batch's, so that it may have another size.
        sizes: whether images may be larger, if the layer's Keras layer says `any_size = True`.
        replicas: how many the batch is split over; 1 if a layer cannot be split, such as one whose
            first axis is time.

    Returns:
        The result of the pass in the first phase.

    Raises:
        AssertionError: if a rule is broken; the message says the rule, then what was found.
    """
    case = LayerCase.of(net, bottoms, params, top_grads, phase=phases[0], draws=draws)
    with fixed_plugins():
        for phase in phases:
            compare_forward(replace(case, top_grads=None, phase=phase))
        case = with_top_grads(case)
        _check_weights(case)
        compare_caffemodel(case)
        last = replace(case, top_grads=None, phase=phases[-1])
        compare_keras_file(last)
        if last.phase == "TEST":
            compare_forms(last)
        run = check_slopes(case, no_gradient)
        compare_sharing(case)
        if batches:
            compare_batches(last)
        if sizes:
            compare_sizes(last)
        if replicas > 1:
            compare_replicas(case, replicas)
    return run


def _check_weights(case: LayerCase) -> None:
    net = case.built
    known = {id(param.variable) for param in net.params}
    weights = net.model.weights if net.outputs else ()
    unknown = [each.path for each in weights if id(each) not in known]
    if unknown:
        raise AssertionError(
            "a layer's weights are read, written and shared only as parameter blobs: name them in "
            f"`params`, and make the Keras layer by layer.keras(...); {case.names} has besides "
            f"them: {', '.join(unknown)}"
        )
