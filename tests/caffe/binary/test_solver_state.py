"""What a snapshot keeps of a solver."""

import dataclasses

import pytest

from owltf.caffe.binary.solver_state import SolverState


def test_a_state_does_not_change() -> None:
    state = SolverState(1, "net", 0, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.iteration = 2
