from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_exporter
import owltf_yolo
import pytest
from fork_oracle import check_fork

from owltf.api import OwltfError
from owltf.testing import check_converter, one_layer, run_layer, use_plugins

ORACLE = Path(__file__).parent / "oracle"
IMAGES = np.random.default_rng(0).random((2, 8, 4, 6), np.float32)


def test_the_forks_figures() -> None:
    check_fork(ORACLE / "reorg.prototxt", owltf_yolo)


def test_channels_become_pixels() -> None:
    wanted = np.zeros((2, 2, 8, 12), np.float32)
    for channel in range(8):
        down, right = divmod(channel // 2, 2)
        wanted[:, channel % 2, down::2, right::2] = IMAGES[:, channel]
    net = one_layer('type: "Reorg" reorg_param { stride: 2 reverse: true }', IMAGES.shape)
    with use_plugins(owltf_yolo):
        np.testing.assert_array_equal(run_layer(net, [IMAGES]).tops[0], wanted)


@pytest.mark.parametrize("more", ["", "reverse: true"])
def test_the_rules_of_layers(more: str) -> None:
    net = one_layer(f'type: "Reorg" reorg_param {{ stride: 2 {more} }}', IMAGES.shape)
    with use_plugins(owltf_yolo, owltf_exporter):
        check_converter(net, [IMAGES])


@pytest.mark.parametrize("fields", ["stride: 5", "stride: 0"])
def test_sizes_that_do_not_fit(fields: str) -> None:
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match="stride|multiple"):
        run_layer(one_layer(f'type: "Reorg" reorg_param {{ {fields} }}', IMAGES.shape), [IMAGES])
