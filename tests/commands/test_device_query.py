"""owltf device_query on a machine of these tests, and on one with GPUs."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf
from click.testing import CliRunner

from owltf.cli import cli


def query(*words: str) -> Any:
    return CliRunner().invoke(cli, ["device_query", *words])


def test_gpus_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    details = {"device_name": "Tesla", "compute_capability": (7, 5)}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a", "b"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda device: details)
    monkeypatch.setattr("owltf.runtime.devices.choose_devices", lambda **wishes: None)
    assert [line.split()[-1] for line in query("--gpu", "1").stdout.splitlines()] == [
        "1",
        "7",
        "5",
        "Tesla",
    ]
    assert query().stdout.count("Name:") == 2


def test_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert query().stdout == "No GPU; computing on the CPU\n"
    assert query("--gpu", "x").exit_code == 2
