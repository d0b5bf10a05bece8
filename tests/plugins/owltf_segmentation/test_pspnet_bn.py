"""PSPNet's BN gives the fork's figures, and keeps the contract of layers."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest
from segmentation_layers import RNG, X, check_oracle, keeps_the_contract

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

PARAMS = [RNG.normal(size=(1, 3, 1, 1)).astype(np.float32) for _ in range(3)]
PARAMS.append(1 + np.abs(PARAMS[0]))


@pytest.mark.parametrize("name", ["psp_bn_frozen", "psp_bn_test", "psp_bn_train"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def test_what_every_layer_keeps() -> None:
    frozen = one_layer('type: "BN" bn_param { frozen: true eps: 0.01 }', X.shape)
    keeps_the_contract(frozen, X, params=PARAMS)
    learning = one_layer('type: "BN" bn_param { momentum: 0.9 }', X.shape)
    keeps_the_contract(learning, X, params=PARAMS, replicas=1, phases=("TRAIN",))


@pytest.mark.parametrize(("blobs", "count"), [(2, 2), (4, 4)])
def test_a_bn_without_fields_is_known_by_its_blobs(blobs: int, count: int) -> None:
    layer = one_layer('type: "BN"' + " param { lr_mult: 1 }" * blobs, X.shape)
    with use_plugins(owltf_segmentation):
        assert len(net_of(layer).params) == count


def test_a_bn_that_could_be_either_is_refused() -> None:
    with use_plugins(owltf_segmentation), pytest.raises(OwltfError) as raised:
        net_of(one_layer('type: "BN"', X.shape))
    assert "none takes one of these fields: owltf_segmentation (PSPNet's BN" in str(raised.value)
