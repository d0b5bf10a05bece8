"""SegNet's BN gives the fork's figures, and keeps the contract of layers."""

from __future__ import annotations

import numpy as np
import pytest
from segmentation_layers import RNG, X, check_oracle, keeps_the_contract

from owltf.testing import one_layer

PARAMS = [RNG.normal(size=(1, 3, 1, 1)).astype(np.float32) for _ in range(2)]


@pytest.mark.parametrize("name", ["segnet_bn_inference", "segnet_bn_learn"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


@pytest.mark.parametrize(("mode", "replicas"), [("INFERENCE", 2), ("LEARN", 1)])
def test_what_every_layer_keeps(mode: str, replicas: int) -> None:
    net = one_layer(f'type: "BN" bn_param {{ bn_mode: {mode} }}', X.shape)
    keeps_the_contract(net, X, params=PARAMS, replicas=replicas)
