"""LRN against Caffe, against TensorFlow's own, and where it has to run."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.layers.normalization.lrn import LRNAcrossChannels
from owltf.testing import net_of, run_layer

ALEXNET = "local_size: 5 alpha: 0.1 beta: 0.75"


def lrn(fields: str, *shape: int) -> str:
    return one_layer(f'type: "LRN" lrn_param {{ {fields} }}', shape)


@pytest.mark.parametrize("name", ["lrn_across", "lrn_across_k2", "lrn_within"])
def test_lrn_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("beta", [0.75, 0.6])
@pytest.mark.parametrize("size", [1, 3, 5, 11])
def test_across_channels_is_tensorflows_with_alpha_over_size(size: int, beta: float) -> None:
    x, dy = (tf.random.stateless_normal((2, 3, 4, 6), (1, seed)) for seed in (2, 3))
    layer = LRNAcrossChannels(size, 0.5, beta, 2.0)

    def plain(x: tf.Tensor) -> tf.Tensor:
        return tf.nn.local_response_normalization(x, size // 2, 2.0, 0.5 / size, beta)

    results = []
    for function in (layer, plain):
        with tf.GradientTape() as tape:
            tape.watch(x)
            top = function(x)
        results.append((top, tape.gradient(top, x, dy)))
    for got, wanted in zip(*results, strict=True):
        assert_close(got.numpy(), wanted.numpy())


@pytest.mark.parametrize(
    "fields",
    [
        "local_size: 3 alpha: 2 beta: 0.75 k: 0.5",
        "local_size: 5 alpha: 2 beta: 1.5",
        "local_size: 5 alpha: 2 norm_region: WITHIN_CHANNEL",
    ],
)
def test_gradients(fields: str) -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 6, 4, 5))
    check_gradients(gradient_case(lrn(fields, *bottom.shape), [bottom]))


def test_k_counts_for_nothing_within_a_channel() -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    within = f"{ALEXNET} norm_region: WITHIN_CHANNEL"
    tops = [run_layer(lrn(f"{within} {k}", *bottom.shape), [bottom]).tops[0] for k in ("", "k: 3")]
    np.testing.assert_array_equal(*tops)


def test_any_batch_in_a_graph_and_on_replicas(
    two_replicas: tf.distribute.MirroredStrategy,
) -> None:
    with two_replicas.scope():
        model = net_of(lrn(ALEXNET, 5, 8, 3, 4)).model
    rows = tf.random.stateless_normal((5, 8, 3, 4), (1, 2))

    def gradient(rows: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(rows)
            top = model({"bottom0": rows}, training=True)["top0"]
        return tape.gradient(top, rows)

    parts = [rows[:3], rows[3:]]
    shares = two_replicas.experimental_distribute_values_from_function(
        lambda replica: parts[replica.replica_id_in_sync_group]
    )
    on_replicas = tf.function(lambda rows: two_replicas.run(gradient, (rows,)))
    got = two_replicas.experimental_local_results(on_replicas(shares))
    assert_close(np.concatenate(got), gradient(rows).numpy())


@pytest.mark.parametrize("region", ["ACROSS_CHANNELS", "WITHIN_CHANNEL"])
def test_lrn_is_saved(region: str, tmp_path: Path) -> None:
    net = net_of(lrn(f"{ALEXNET} norm_region: {region}", 2, 6, 3, 4))
    model = save_and_load(net, tmp_path)
    assert isinstance(model, keras.Model)


def test_an_even_window_is_told() -> None:
    with pytest.raises(OwltfError, match=r"^LRN layer 'layer' \(.*:2\): local_size must be odd"):
        net_of(lrn("local_size: 4", 2, 6, 3, 4))


def test_only_images_are_normalised() -> None:
    with pytest.raises(OwltfError, match=r"'bottom0' is \(2, 6\)"):
        net_of(lrn(ALEXNET, 2, 6))


@pytest.mark.parametrize("size", [7, 9, 2**31 - 1])
def test_a_window_beyond_the_channels(size: int) -> None:
    param = f"local_size: {size} alpha: 2 beta: 1"
    text = one_layer(f'type: "LRN" lrn_param {{ {param} }}', (1, 4, 1, 1))
    x = np.arange(1, 5, dtype=np.float32).reshape(1, 4, 1, 1)
    run = run_layer(text, [x], top_grads=[np.ones_like(x)])
    np.testing.assert_allclose(run.tops[0], x / (1 + 2 / size * 30), rtol=1e-5)
