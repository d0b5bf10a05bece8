"""The fields of SSD's solvers are checked before anything is built."""

from __future__ import annotations

import pytest
from made_shapes import registry
from owltf_ssd.solver_fields import check_fields

from owltf.api import FieldError


def said(*, evaluates: bool = True, **fields: object) -> dict[str, str]:
    solver = registry().schema.message("SolverParameter")(**fields)
    net = registry().schema.message("NetParameter")()
    net.layer.add(type="DetectionEvaluate" if evaluates else "Accuracy")
    return dict(check_fields(solver, [net]))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("eval_type", "detektion", "unknown eval_type 'detektion': .*detection"),
        ("ap_version", "11points", "unknown ap_version '11points': .*11point"),
        ("lr_policy", "plateau", "lr_policy 'plateau', which follows the loss, is not supported"),
    ],
)
def test_what_cannot_be_used_is_refused(field: str, value: str, told: str) -> None:
    with pytest.raises(FieldError, match=told):
        said(**{field: value})


def test_fields_that_change_nothing_are_told() -> None:
    assert said(eval_type="detection", ap_version="11point", show_per_class_result=True) == {}
    assert set(said(eval_type="classification")) == {"eval_type"}
    assert set(said(plateau_winsize=[3])) == {"plateau_winsize"}
    without = said(evaluates=False, eval_type="detection", ap_version="11point")
    assert set(without) == {"eval_type", "ap_version"}
    assert said(evaluates=False) == {}
