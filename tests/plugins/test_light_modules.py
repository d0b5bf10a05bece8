"""What is imported with every command imports no TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("name", ["owltf_tester", "owltf_extractor", "owltf_classifier"])
def test_hooks_and_commands_are_light(name: str) -> None:
    code = f"import sys, {name}.command; sys.exit('tensorflow' in sys.modules)"
    path = {"PYTHONPATH": ":".join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=path).returncode == 0
