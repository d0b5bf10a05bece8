"""The figures of real SSD builds, compared with what the plugin's layers give."""

from __future__ import annotations

from pathlib import Path

import owltf_ssd
from fork_oracle import check_fork

from owltf.testing import LayerRun

ORACLE = Path(__file__).parent / "oracle"


def check_oracle(name: str) -> LayerRun:
    """Compare every recorded top and gradient of a case."""
    return check_fork(ORACLE / f"{name}.prototxt", owltf_ssd)
