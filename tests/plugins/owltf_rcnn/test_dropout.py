"""Dropout with `scale_train: false` scales in tests and not in training."""

from __future__ import annotations

import numpy as np
import owltf_rcnn
import pytest
from rcnn_layers import FEATURES, keeps_the_contract

from owltf.testing import net_of, one_layer, use_plugins

LAYER = 'type: "Dropout" dropout_param { dropout_ratio: 0.25 scale_train: %s }'


@pytest.mark.parametrize(("scaled", "factor"), [("true", 1), ("false", 0.75)])
def test_tests_are_scaled(scaled: str, factor: float) -> None:
    with use_plugins(owltf_rcnn):
        net = net_of(one_layer(LAYER % scaled, FEATURES.shape), "TEST")
        top = net.forward({"bottom0": FEATURES})["top0"]
    np.testing.assert_allclose(top, FEATURES * factor, rtol=1e-6)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(one_layer(LAYER % "false", FEATURES.shape), FEATURES, draws=True)
