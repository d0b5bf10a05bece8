"""What is imported with every command imports no TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest

import owltf

COMMANDS = ("owltf_tester.command", "owltf_extractor.command", "owltf_classifier.command")
TOOLS = ("owltf_datasets.convert_imageset", "owltf_datasets.conversion", "owltf_datasets.mean")


@pytest.mark.parametrize("name", [*COMMANDS, *TOOLS])
def test_hooks_and_commands_are_light(name: str) -> None:
    code = f"import sys, {name}; sys.exit('tensorflow' in sys.modules)"
    path = {"PYTHONPATH": ":".join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=path).returncode == 0


def test_owl_nets_names_are_owltfs(monkeypatch: pytest.MonkeyPatch) -> None:
    from owltf_extractor.feature_extractor import FeatureExtractor
    from owltf_tester.multiview_tester import MultiviewTester

    monkeypatch.setenv("OWLTF_PLUGINS", "owltf_extractor,owltf_tester")
    assert owltf.FeatureExtractor is FeatureExtractor
    assert owltf.MultiviewTester is MultiviewTester
    assert {"FeatureExtractor", "MultiviewTester", "NetTrainer"} <= set(dir(owltf))
