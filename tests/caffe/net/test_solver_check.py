"""What plugins say of a solver's fields has the field's line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.net.solver_check import check_solver
from owltf.caffe.schema.schema import load_schema
from owltf.errors import FieldError, OwltfError

NET = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 } } }'
SOLVER = 'net: "net.prototxt"\ntest_iter: 1\ntest_interval: 1\nbase_lr: 1\nmomentum: 2\n'


def checks(solver: Any, test_nets: Any) -> Iterator[Mapping[str, str]]:
    """Say that base_lr is for nothing; refuse a momentum of 2."""
    assert [layer.name for net in test_nets for layer in net.layer] == ["x"]
    yield {"base_lr": "so it is"}
    if solver.momentum > 1:
        raise FieldError("momentum", "too much")


def test_lines(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    path = tmp_path / "solver.prototxt"
    path.write_text(SOLVER)
    with pytest.raises(OwltfError, match="solver.prototxt:5: too much"):
        check_solver(open_net_file(path, load_schema()), checks)
    path.write_text(SOLVER.replace("2", "0.5"))
    (note,) = check_solver(open_net_file(path, load_schema()), checks)
    assert note == f"{path}:4: base_lr has no effect: so it is"


def test_a_net_has_none(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    assert check_solver(open_net_file(tmp_path / "net.prototxt", load_schema()), checks) == []
