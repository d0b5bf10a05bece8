"""The fields of SSD's solvers: how a test evaluates detections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from owltf.api import FieldError, did_you_mean
from owltf_ssd.average_precision import VERSIONS

_EVALUATIONS = ("classification", "detection")
_OF_DETECTIONS = ("ap_version", "show_per_class_result")


def check_fields(solver: Any, test_nets: Sequence[Any]) -> Mapping[str, str]:
    """Return why fields change nothing, by their names.

    Args:
        solver: the `SolverParameter`.
        test_nets: the `NetParameter` of each of its test nets.

    Raises:
        FieldError: if a field has a value that the fork does not know, or that is not supported.
    """
    _check_known(solver, "eval_type", _EVALUATIONS)
    _check_known(solver, "ap_version", VERSIONS)
    if solver.lr_policy == "plateau":
        raise FieldError(
            "lr_policy",
            "lr_policy 'plateau', which follows the loss, is not supported; take multistep",
        )
    given = {field.name for field, _ in solver.ListFields()}
    evaluates = any(layer.type == "DetectionEvaluate" for net in test_nets for layer in net.layer)
    reasons = {"plateau_winsize": "it is for lr_policy 'plateau', which this solver does not have"}
    if not evaluates:
        none = "no test net has a DetectionEvaluate layer"
        reasons |= dict.fromkeys(_OF_DETECTIONS, none)
        reasons |= {"eval_type": none} if solver.eval_type == "detection" else {}
    elif solver.eval_type != "detection":
        reasons["eval_type"] = "the test net's DetectionEvaluate layer gives a mAP all the same"
    return {name: reason for name, reason in reasons.items() if name in given}


def _check_known(solver: Any, field: str, known: Any) -> None:
    value = getattr(solver, field)
    if value not in known:
        raise FieldError(field, f"unknown {field} '{value}': {did_you_mean(value, known)}")
