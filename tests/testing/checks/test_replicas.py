"""Nets over several replicas: what each of them gives, and what differs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.errors import OwltfError
from owltf.testing import check_replicas, cpu_devices, one_layer, run_replicas

LOSS = one_layer('type: "SoftmaxWithLoss" loss_weight: 3', (4, 3), (4,))
FEEDS = {"bottom0": X, "bottom1": np.array([0, 2, 1, 1])}


@pytest.mark.parametrize("replicas", [2, 3])
def test_rows_are_split_and_gradients_put_together(replicas: int) -> None:
    one, many = run_replicas(LOSS, FEEDS, 1), run_replicas(LOSS, FEEDS, replicas)
    assert len(many.tops["top0"]) == replicas
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-5)
    assert many.grads["bottom1"] is None


def test_gradients_of_parameters_are_summed() -> None:
    text = net("Good") + "\n" + LOSS.splitlines()[1]
    loss = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "top0" bottom: "bottom1" }'
    one, many = (run_replicas(f"{text}\n{loss}", FEEDS, n, params=[GAIN]) for n in (1, 3))
    assert many.param_grads[0].shape == (3,)
    np.testing.assert_allclose(many.param_grads[0], one.param_grads[0], rtol=1e-5)


def test_a_layer_that_keeps_its_rows_apart_passes() -> None:
    check_replicas(net("Good"), [X], params=[GAIN], replicas=3)
    check_replicas(net("Good"), [X], params=[GAIN], phase="TEST")
    check_replicas(LOSS, list(FEEDS.values()))


def test_rows_may_become_several() -> None:
    fields = 'type: "Reshape" reshape_param { shape { dim: -1 dim: 3 } }'
    bottom = np.random.default_rng(0).normal(size=(5, 2, 3))
    check_replicas(one_layer(fields, bottom.shape), [bottom])


def test_replicas_draw_what_one_draws() -> None:
    check_replicas(one_layer('type: "Dropout"', (5, 30)), [np.ones((5, 30))], draws=True)


def test_a_difference_is_told() -> None:
    message = (
        r"^2 replicas must compute what one device computes; top 0 \('top0'\) of mixes_rows layer "
        r"'layer': at \(\d, \d\): got .*, expected .*; 12 of 12 values differ$"
    )
    with pytest.raises(AssertionError, match=message):
        check_replicas(net("mixes_rows"), [X])


def test_a_layer_that_cannot_be_split_says_so_in_its_own_words() -> None:
    layer = one_layer('type: "InfogainLoss"', (4, 3), (4,), (3, 3))
    bottoms = [np.full((4, 3), 1 / 3), FEEDS["bottom1"], np.eye(3)]
    with pytest.raises(OwltfError, match=r"^InfogainLoss layer .*: a matrix .* on one device$"):
        check_replicas(layer, bottoms)


def test_too_few_devices_are_told() -> None:
    message = re.escape(
        "9 replicas need 9 logical CPUs, but TensorFlow has started with 4; import owltf.testing's "
        "functions before anything runs, or give replicas=1"
    )
    with pytest.raises(OwltfError, match=message):
        cpu_devices.need_cpus(9)
