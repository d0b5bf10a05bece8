"""The caffemodels that a solver names."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.net.solver_weights import solver_weights
from owltf.caffe.prototxt.source import SolverSource
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError


def solver(folder: Path, weights: str) -> SolverSource:
    (folder / "net.prototxt").write_text('name: "n"')
    (folder / "solver.prototxt").write_text(f'net: "net.prototxt"\n{weights}')
    source = open_net_file(folder / "solver.prototxt", load_schema()).solver
    assert source
    return source


def test_commas_and_fields_name_files_beside_the_solver(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    found = solver_weights(solver(tmp_path, 'weights: "a, b" weights: "c"'))
    assert [path.name for path in found] == ["a", "b", "c"]
    assert solver_weights(solver(tmp_path, "")) == []


def test_a_missing_file_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match=r"solver\.prototxt:2: weights gone\.caffemodel: not fou"):
        solver_weights(solver(tmp_path, 'weights: "gone.caffemodel"'))
