"""Dropout with `sample_weights_test` drops values in tests too."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest
from segmentation_layers import X, keeps_the_contract

from owltf.testing import net_of, one_layer, use_plugins

LAYER = 'type: "Dropout" dropout_param { dropout_ratio: 0.25 sample_weights_test: %s }'


@pytest.mark.parametrize(("sampled", "share"), [("true", 0.25), ("false", 0)])
def test_values_are_dropped_in_tests(sampled: str, share: float) -> None:
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % sampled, X.shape), "TEST")
        top = net.forward({"bottom0": X})["top0"]
    kept = top != 0
    assert abs(1 - kept.mean() - share) < 0.08
    np.testing.assert_allclose(top[kept], X[kept] / (1 - share), rtol=1e-6)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(one_layer(LAYER % "true", X.shape), X, draws=True, batches=False)
