"""NetTrainer: owl.net's way to train."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import Case, Recorder, flat

import owltf
from owltf.errors import OwltfError


def test_it_trains_and_goes_on_from_an_index(small: Case) -> None:
    whole = owltf.NetTrainer("solver.prototxt", report=Recorder())
    assert (whole.solver_file, whole.snapshot, whole.num_gpu) == ("solver.prototxt", 0, 1)
    whole.build_net()
    assert whole.run() == 0
    again = owltf.NetTrainer("solver.prototxt", 1, report=Recorder())
    again.build_net()
    again.run()
    np.testing.assert_array_equal(flat(again.net.get_params()), flat(whole.net.get_params()))


def test_the_net_must_be_built_first(small: Case) -> None:
    trainer = owltf.NetTrainer("solver.prototxt")
    with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
        trainer.run()
    with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
        _ = trainer.net
