"""Tests of a solver's test net at a snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest
from solver_case import Case

from owltf.errors import OwltfError
from owltf.inference.snapshot_net import load_snapshot_net


def test_has_the_weights_of_the_snapshot(small: Case) -> None:
    start, _ = small.run()
    notes: list[str] = []
    found = load_snapshot_net("solver.prototxt", 1, 0, notes.append)
    assert (found.net.phase, found.devices.count) == ("TEST", 1)
    assert found.test_iter == start.source.parameter.test_iter[0]
    assert "layers loaded" in notes[0]


def test_a_solver_without_a_test_net_is_refused(small: Case) -> None:
    with pytest.raises(OwltfError, match="net.prototxt: not a solver with a test net"):
        load_snapshot_net(Path("net.prototxt"), 1, 0, print)
