"""owltf devices as its user sees it."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from click.testing import CliRunner

from owltf.cli import cli


def test_gpus_then_the_cpu_with_their_options(monkeypatch: Any) -> None:
    about = {"device_name": "Fast", "compute_capability": (9, 0)}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a", "b"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda device: about)
    lines = CliRunner().invoke(cli, ["devices"]).output.splitlines()
    assert lines[1].split() == ["GPU", "0", "Fast,", "compute", "capability", "9.0", "--gpu", "0"]
    assert lines[2].endswith("--gpu 1")
    assert lines[3].startswith("CPU") and lines[3].endswith("--cpu-replicas 1")
