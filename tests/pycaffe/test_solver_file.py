"""A solver's file: its rule and its rate follow the fields as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.pycaffe.solver_file import SolverFile

TEXT = 'net: "n" base_lr: 0.1 lr_policy: "step" gamma: 0.1 stepsize: 10 max_iter: 5'


def test_rates_follow_the_fields(tmp_path: Path) -> None:
    (tmp_path / "s.prototxt").write_text(TEXT)
    solver = SolverFile.read(tmp_path / "s.prototxt")
    assert [float(solver.rate(i)) for i in (0, 10)] == pytest.approx([0.1, 0.01])
    assert solver.current_step(21) == 2
    key = solver.rule_key
    solver.parameter.base_lr = 1
    assert float(solver.rate(0)) == 1 and solver.rule_key == key
    solver.parameter.momentum = 0.5
    assert solver.rule_key != key


def test_the_type_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "s.prototxt").write_text(TEXT + ' type: "None"')
    assert SolverFile.read(tmp_path / "s.prototxt", "SGD").solver_class.caffe_type == "SGD"
    with pytest.raises(OwltfError, match="None"):
        SolverFile.read(tmp_path / "s.prototxt")
