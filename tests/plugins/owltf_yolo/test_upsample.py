from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_exporter
import owltf_segmentation
import owltf_yolo
import pytest
from fork_oracle import check_fork

from owltf.api import OwltfError
from owltf.testing import check_converter, one_layer, run_layer, use_plugins

ORACLE = Path(__file__).parent / "oracle"
IMAGES = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)


def test_the_forks_figures() -> None:
    check_fork(ORACLE / "upsample_scale.prototxt", owltf_yolo)


def test_beside_the_one_by_a_mask() -> None:
    check_fork(ORACLE / "upsample_scale.prototxt", owltf_yolo, owltf_segmentation)


def test_the_rules_of_layers() -> None:
    net = one_layer('type: "Upsample" upsample_param { scale: 3 }', IMAGES.shape)
    with use_plugins(owltf_yolo, owltf_exporter):
        check_converter(net, [IMAGES])


def test_a_wrong_scale() -> None:
    net = one_layer('type: "Upsample" upsample_param { scale: 0 }', IMAGES.shape)
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match="a scale of 1 or more, got 0"):
        run_layer(net, [IMAGES])
