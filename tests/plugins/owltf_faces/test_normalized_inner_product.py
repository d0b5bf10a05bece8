"""InnerProduct with `normalize` against its formula."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_faces
import pytest
from face_layers import ROWS, run

from owltf.errors import OwltfError
from owltf.testing import check_forms, check_keras_file, net_of, one_layer, use_plugins

WEIGHTS = np.random.default_rng(2).normal(size=(3, 5)).astype(np.float32)
BIAS = np.random.default_rng(3).normal(size=3).astype(np.float32)
LAYER = 'type: "InnerProduct" inner_product_param { num_output: 3 %s }'
NET = one_layer(LAYER % "normalize: true", (4, 5))
UNIT = WEIGHTS / np.linalg.norm(WEIGHTS, axis=1, keepdims=True)


def test_weights_have_length_1() -> None:
    grad = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    got = run(NET, ROWS[0], params=[WEIGHTS, BIAS], top_grads=[grad])
    np.testing.assert_allclose(got.tops[0], ROWS[0] @ UNIT.T + BIAS, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(got.bottom_grads[0], grad @ UNIT, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(got.param_grads[0], grad.T @ ROWS[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(got.param_grads[1], grad.sum(0), rtol=1e-4)
    np.testing.assert_allclose(got.params_after[0], UNIT, rtol=1e-5)


def test_other_layers_are_as_ever() -> None:
    net = one_layer(LAYER % "normalize: false", (4, 5))
    got = run(net, ROWS[0], params=[WEIGHTS, BIAS], top_grads=[np.zeros((4, 3))])
    np.testing.assert_allclose(got.tops[0], ROWS[0] @ WEIGHTS.T + BIAS, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("fields", ["transpose: true", "axis: 0"])
def test_what_it_does_not_do_is_refused(fields: str) -> None:
    net = one_layer(LAYER % f"normalize: true {fields}", (4, 5))
    with use_plugins(owltf_faces), pytest.raises(OwltfError, match="normalize with"):
        net_of(net)


def test_its_files() -> None:
    with use_plugins(owltf_faces, owltf_exporter):
        check_forms(NET, [ROWS[0]], params=[WEIGHTS, BIAS])
        check_keras_file(NET, [ROWS[0]], params=[WEIGHTS, BIAS])
