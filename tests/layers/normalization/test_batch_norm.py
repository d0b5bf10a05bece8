"""BatchNorm against Caffe and against plain formulas."""

from __future__ import annotations

from pathlib import Path

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

from owltf.testing import LAYER, LayerRun, net_of, run_layer

SHAPES = [(6, 3, 4, 5), (6, 3), (4, 3, 5), (2, 3, 2, 4, 3), (7,)]


def batch_norm(fields: str, *shape: int) -> str:
    return one_layer(f'type: "BatchNorm" batch_norm_param {{ {fields} }}', shape)


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32) * 2 + 1


def by_channel(blob: np.ndarray) -> np.ndarray:
    """Return the channels as rows."""
    return np.moveaxis(blob, 1, 0).reshape(blob.shape[1], -1) if blob.ndim > 1 else blob[np.newaxis]


@pytest.mark.parametrize("name", ["bn_train", "bn_2d_train", "bn_test"])
def test_batch_norm_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_batch_by_plain_formulas(shape: tuple[int, ...]) -> None:
    bottom = random(*shape)
    rows = by_channel(bottom)
    channels, count = rows.shape
    sums = [random(channels, seed=1), random(channels, seed=2) ** 2, np.float32([2.5])]
    fields = "moving_average_fraction: 0.9 eps: 0.01"
    run = run_layer(batch_norm(fields, *shape), [bottom], params=sums)

    mean, variance = rows.mean(1, keepdims=True), rows.var(1, keepdims=True)
    assert_close(by_channel(run.tops[0]), (rows - mean) / np.sqrt(variance + 0.01))
    batch = [mean[:, 0], variance[:, 0] * count / (count - 1), 1]
    for got, before, added in zip(run.params_after, sums, batch, strict=True):
        assert_close(got, before * 0.9 + added)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_global_statistics_are_the_sums_over_their_factor(shape: tuple[int, ...]) -> None:
    bottom = random(*shape)
    rows = by_channel(bottom)
    sums = [random(len(rows), seed=1), random(len(rows), seed=2) ** 2, np.float32([2.5])]
    run = run_layer(batch_norm("", *shape), [bottom], params=sums, phase="TEST")
    mean, variance = (each[:, np.newaxis] / 2.5 for each in sums[:2])
    assert_close(by_channel(run.tops[0]), (rows - mean) / np.sqrt(variance + 1e-5))
    for got, before in zip(run.params_after, sums, strict=True):
        np.testing.assert_array_equal(got, before)


def test_without_any_batch_seen_only_epsilon_divides() -> None:
    bottom = random(2, 3, 4, 5)
    run = run_layer(batch_norm("eps: 0.25", *bottom.shape), [bottom], phase="TEST")
    assert_close(run.tops[0], bottom * 2)


@pytest.mark.parametrize(
    ("fields", "phase", "is_batchs"),
    [
        ("", "TRAIN", True),
        ("", "TEST", False),
        ("use_global_stats: true", "TRAIN", False),
        ("use_global_stats: false", "TEST", True),
    ],
)
def test_the_phase_decides_unless_the_file_does(fields: str, phase: str, is_batchs: bool) -> None:
    bottom = random(4, 3, 4, 5)
    run: LayerRun = run_layer(batch_norm(fields, *bottom.shape), [bottom], phase=phase)
    assert bool(np.abs(run.tops[0].mean((0, 2, 3))).max() < 1e-5) == is_batchs
    changed = any(np.any(param) for param in run.params_after)
    assert changed == (is_batchs and phase == "TRAIN")


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fields", ["", "use_global_stats: true"])
def test_gradients(shape: tuple[int, ...], fields: str) -> None:
    bottom = random(*shape)
    channels = len(by_channel(bottom))
    sums = [random(channels), random(channels) ** 2 + 0.1, np.float32([1.5])]
    skip = [f"param_grad/{index}" for index in range(3)]
    check_gradients(gradient_case(batch_norm(fields, *shape), [bottom], params=sums, skip=skip))


def test_the_weights_are_caffes_sums_and_no_update_touches_them() -> None:
    net = net_of(batch_norm("", 2, 3, 4, 5), "TRAIN")
    sums = [random(3, seed=1), random(3, seed=2), random(1, seed=3)]
    net.set_params({LAYER: sums})
    for got, wanted in zip(net.get_params()[LAYER], sums, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert not any(param.is_trained for param in net.params)


def test_replicas_keep_one_average_of_their_sums(
    two_replicas: tf.distribute.MirroredStrategy,
) -> None:
    with two_replicas.scope():
        net = net_of(batch_norm("", 4, 3, 4, 5), "TRAIN")
    rows = random(4, 3, 4, 5)
    shares = two_replicas.experimental_distribute_values_from_function(
        lambda replica: tf.constant(np.split(rows, 2)[replica.replica_id_in_sync_group])
    )
    model = net.model
    train = tf.function(lambda rows: model({"bottom0": rows}, training=True))
    two_replicas.run(train, (shares,))
    mean, _, factor = net.get_params()[LAYER]
    assert_close(mean, rows.mean((0, 2, 3)))
    assert_close(factor, np.ones(1))


def sharing(*bottoms: str) -> str:
    """Return BatchNorm layers that share their statistics, with other layers between them."""
    shared = " ".join(f'param {{ name: "{name}" lr_mult: 0 }}' for name in "mvk")
    param = "batch_norm_param { moving_average_fraction: 0.5 }"
    layers = []
    for depth, name in enumerate(bottoms):
        layers.append(
            f'layer {{ name: "{name}" type: "Input" top: "{name}" '
            "input_param { shape { dim: 2 dim: 2 } } }"
        )
        # Layers nearer to the outputs, and farther from them, than the file's order says.
        layers += [
            f'layer {{ name: "{name}{i}" type: "Power" bottom: "{name}" top: "{name}" }}'
            for i in range(2 * (depth % 2))
        ]
        layers.append(
            f'layer {{ name: "bn_{name}" type: "BatchNorm" bottom: "{name}" top: "bn_{name}" '
            f"{shared} {param} }}"
        )
        layers += [
            f'layer {{ name: "p{name}{i}" type: "Power" bottom: "bn_{name}" top: "bn_{name}" }}'
            for i in range(3 - depth)
        ]
    return "\n".join(layers)


INPUTS = {
    "a": np.array([[1, 2], [3, 6]], np.float32),
    "b": np.array([[10, 20], [30, 60]], np.float32),
    "c": np.array([[-100, 0], [100, 8]], np.float32),
}


@pytest.mark.parametrize(
    ("order", "mean"), [("ab", [21, 42]), ("ba", [12, 24]), ("abc", [10.5, 25]), ("cba", [12, 25])]
)
def test_shared_statistics_move_in_the_files_order(order: str, mean: list[float]) -> None:
    net = net_of(sharing(*order), "TRAIN")
    inputs = {name: INPUTS[name] for name in order}
    net.forward(inputs)
    assert_close(net.get_params()["bn_a"][0], np.array(mean))
    # The same in a run, whose model has other outputs.
    net.set_params({"bn_a": [np.zeros(2), np.zeros(2), np.zeros(1)]})
    tf.function(lambda: net.loss_model(inputs, training=True))()
    assert_close(net.get_params()["bn_a"][0], np.array(mean))


def test_replicas_move_shared_statistics_in_the_files_order(
    two_replicas: tf.distribute.MirroredStrategy,
) -> None:
    with two_replicas.scope():
        net = net_of(sharing(*"abc"), "TRAIN")
    model = net.loss_model
    two_replicas.run(tf.function(lambda: model(INPUTS, training=True)))
    assert_close(net.get_params()["bn_b"][0], np.array([10.5, 25]))


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (4, 3)], ids=str)
def test_batch_norm_is_saved(shape: tuple[int, ...], tmp_path: Path) -> None:
    net = net_of(batch_norm("use_global_stats: false eps: 0.1", *shape))
    save_and_load(net, tmp_path)
