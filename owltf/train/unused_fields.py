"""Says which fields of a solver's file have no effect, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from owltf.caffe.prototxt.source import SolverSource

_OF_RULES = ("momentum2", "rms_decay", "delta")
_OF_POLICIES = ("gamma", "power", "stepsize", "stepvalue")
_DEVICES = ("solver_mode", "device_id")


def unused_fields(
    source: SolverSource, rule: Any, policy: Any, devices_given: bool = False
) -> Iterator[str]:
    """Yield a sentence about the fields that are written in a solver's file and change nothing.

    Args:
        source: the solver's file.
        rule: the class of its `type`, which uses its `fields`.
        policy: the class of its `lr_policy`, which uses its `fields`.
        devices_given: whether the command line names the devices, so that no one takes the file's
            for them.
    """
    given = source.parameter
    groups = [
        (_unused(source, _OF_RULES, rule.fields), f"type {given.type} does not use"),
        (
            _unused(source, _OF_POLICIES, policy.fields),
            f"lr_policy {given.lr_policy} does not use",
        ),
        (
            _unused(source, _DEVICES, _DEVICES if devices_given else ()),
            "--gpu, --num-gpu and --cpu-replicas choose the devices, not",
        ),
        (
            _unused(source, ("layer_wise_reduce",), ()),
            "gradients of several devices are always added up together, whatever says",
        ),
    ]
    for names, reason in groups:
        if names:
            yield f"{source.where(*names)}: {reason} {' and '.join(names)}; no effect"


def _unused(source: SolverSource, names: Sequence[str], used: Sequence[str]) -> list[str]:
    return [name for name in names if name not in used and source.root.inside(name)]


def nothing_left(source: SolverSource, iteration: int) -> Iterator[str]:
    """Yield a sentence if a run that resumes has made all updates that the solver asks for.

    Args:
        source: the solver's file.
        iteration: the updates made.
    """
    most = source.parameter.max_iter
    if iteration and iteration >= most:
        yield (
            f"{source.where('max_iter')}: max_iter is {most}, and the snapshot is of iteration "
            f"{iteration}: no update is left to make; give a larger max_iter to train on"
        )
