"""Outputs of tests by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from watched import scores, setup

from owltf.errors import OwltfError
from owltf.train.watch.tested_output import check_tested, mean_in


def test_names() -> None:
    assert mean_in(scores(0, 0.5), "accuracy") == 0.5
    assert mean_in(scores(0, 0.5), "accuracy[1]") is None
    check_tested(setup(Path("a")), "accuracy[1]", "--x")
    with pytest.raises(
        OwltfError, match="--x: no test net has an output 'los': did you mean 'loss"
    ):
        check_tested(setup(Path("a")), "los", "--x")
