"""Reading and writing solverstates."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate, write_solverstate
from owltf.caffe.schema.schema import Schema


def test_a_file_of_caffe(schema: Schema, data: Path) -> None:
    state = read_solverstate(str(data / "half.solverstate"), schema)
    assert (state.iteration, state.current_step) == (15, 0)
    assert state.learned_net.endswith(".caffemodel")
    # Adam keeps two arrays for each of the six learned blobs.
    assert len(state.history) == 12
    assert state.history[0].shape == state.history[6].shape == (6, 1, 3, 3)


def test_written_again_it_is_the_same_file(schema: Schema, data: Path, tmp_path: Path) -> None:
    path = data / "half.solverstate"
    write_solverstate(tmp_path / "a", schema, read_solverstate(path, schema))
    assert (tmp_path / "a").read_bytes() == path.read_bytes()


def test_files_of_the_oracle(schema: Schema, oracle: Path, tmp_path: Path) -> None:
    paths = list((oracle / "solvers").glob("*/*.solverstate"))
    assert len(paths) > 30
    for path in paths:
        write_solverstate(tmp_path / "a", schema, read_solverstate(path, schema))
        assert (tmp_path / "a").read_bytes() == path.read_bytes(), path


def test_hdf5(schema: Schema, tmp_path: Path) -> None:
    state = SolverState(3, "net", 1, (np.ones((2, 1), np.float32),))
    write_solverstate(tmp_path / "a.solverstate.h5", schema, state)
    found = read_solverstate(tmp_path / "a.solverstate.h5", schema)
    assert (found.iteration, found.learned_net, found.current_step) == (3, "net", 1)
    assert [array.tolist() for array in found.history] == [[[1], [1]]]


@pytest.mark.parametrize("length", [-1, -3000, 200])
def test_truncated(
    schema: Schema, data: Path, tmp_path: Path, refusal: Callable[..., str], length: int
) -> None:
    path = tmp_path / "a.solverstate"
    path.write_bytes((data / "half.solverstate").read_bytes()[:length])
    assert refusal(read_solverstate, path, schema).startswith(f"{path}: truncated or corrupt: ")


def test_weights_where_a_state_is_needed(
    schema: Schema, data: Path, refusal: Callable[..., str]
) -> None:
    assert "a caffemodel (a net's weights), where a solverstate" in refusal(
        read_solverstate, data / "half.caffemodel", schema
    )
