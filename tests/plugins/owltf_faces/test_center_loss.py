"""CenterLoss gives the fork's figures."""

from __future__ import annotations

import numpy as np
import owltf_faces
import pytest
from face_layers import LABELS, ROWS, check_oracle, run

from owltf.errors import OwltfError
from owltf.testing import (
    check_batches,
    check_caffemodel,
    check_forward,
    check_keras_file,
    check_replicas,
    net_of,
    one_layer,
    use_plugins,
)

CENTERS = np.random.default_rng(2).normal(size=(3, 5)).astype(np.float32)
LAYER = 'type: "CenterLoss" center_loss_param { num_output: 3 %s }'


def test_the_forks_figures() -> None:
    check_oracle("center_loss")


def test_distances_of_sizes() -> None:
    net = one_layer(LAYER % 'distance_type: "L1"', (4, 5), (4,))
    got = run(net, ROWS[0], LABELS, params=[CENTERS])
    away = ROWS[0] - CENTERS[LABELS.astype(int)]
    np.testing.assert_allclose(got.tops[0], np.abs(away).sum() / 4, rtol=1e-5)
    np.testing.assert_allclose(got.bottom_grads[0], np.sign(away) / 4, rtol=1e-5)
    signs = np.sign(away)
    wanted = [-signs[0] / 2, -signs[2] / 2, -(signs[1] + signs[3]) * 2 / 3]
    np.testing.assert_allclose(got.param_grads[0], wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("fields", "labels", "told"), [('distance_type: "L3"', 4, "L3"), ("", 3, "needs num_output")]
)
def test_what_is_wrong_is_refused(fields: str, labels: int, told: str) -> None:
    with use_plugins(owltf_faces), pytest.raises(OwltfError, match=told):
        net_of(one_layer(LAYER % fields, (4, 5), (labels,)))


def test_what_every_layer_keeps_but_the_slope_of_its_centers() -> None:
    net, bottoms = one_layer(LAYER % "", (4, 5), (4,)), [ROWS[0], LABELS]
    with use_plugins(owltf_faces):
        for check in (check_forward, check_batches, check_keras_file, check_replicas):
            check(net, bottoms, params=[CENTERS])  # type: ignore[operator]
        check_caffemodel(net, params=[CENTERS])
