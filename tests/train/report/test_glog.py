"""glog's prefix."""

from __future__ import annotations

import re
from datetime import datetime

from owltf.train.report.glog import glog_prefix


def test_prefix() -> None:
    said = glog_prefix("lines.py:5", datetime(2026, 2, 10, 13, 39, 22, 381027))
    assert re.fullmatch(r"I0210 13:39:22\.381027 [ \d]{4}\d+ lines\.py:5\] ", said)
