"""Importing owltf is cheap, and says how TensorFlow will start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = (
    "import os, sys, owltf; print(os.environ['TF_ENABLE_ONEDNN_OPTS'], 'tensorflow' in sys.modules)"
)


@pytest.mark.parametrize(("given", "wanted"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")])
def test_onednn_is_on_unless_the_user_says_otherwise(given: dict[str, str], wanted: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        env={**environ, **given},
    )
    assert done.stdout.split() == [wanted, "False"]
