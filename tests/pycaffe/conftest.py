"""A small net that a test may change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_nets import SMALL, net_of

import owltf.pycaffe as caffe


@pytest.fixture
def small(tmp_path: Path) -> caffe.Net:
    net = net_of(tmp_path, SMALL, caffe.TRAIN)
    net.blobs["label"].data[...] = np.random.default_rng(5).integers(3, size=5)
    return net
