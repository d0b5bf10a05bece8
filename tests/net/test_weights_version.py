"""Each change of a net's parameters makes a new version."""

from __future__ import annotations

import keras
import numpy as np

from owltf.net.weights_version import WeightsVersion


def test_a_change_makes_a_new_version() -> None:
    variable = keras.Variable(np.ones(3, np.float32))
    version = WeightsVersion([variable], None)
    assert [version() for _ in range(2)] == [1, 1]
    variable.assign(np.zeros(3))
    assert [version() for _ in range(2)] == [2, 2]


def test_a_net_without_parameters_stays_as_it_is() -> None:
    version = WeightsVersion([], None)
    assert [version() for _ in range(2)] == [0, 0]
