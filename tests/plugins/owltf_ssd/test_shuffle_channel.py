"""ShuffleChannel deals the channels of groups out."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_ssd

from owltf.testing import check_converter, one_layer, run_layer, use_plugins

NET = one_layer('type: "ShuffleChannel" shuffle_channel_param { group: 3 }', (2, 6, 2, 3))
X = np.random.default_rng(0).normal(size=(2, 6, 2, 3)).astype(np.float32)


def test_the_channels_are_dealt_out() -> None:
    with use_plugins(owltf_ssd):
        (top,) = run_layer(NET, [X]).tops
    np.testing.assert_array_equal(top, X[:, [0, 2, 4, 1, 3, 5]])


def test_what_every_layer_keeps() -> None:
    with use_plugins(owltf_ssd, owltf_exporter):
        check_converter(NET, [X])
