"""Tests of SoftmaxWithLoss against real Caffe and against the formula in NumPy."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_case, one_layer
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(4, 5, 3, 2)).astype(np.float32) * 3
LABELS = RNG.integers(0, 5, (4, 3, 2))
CASES = ["softmaxloss", "softmaxloss_4d", "softmaxloss_ignore", "softmaxloss_nonorm"]


@pytest.mark.parametrize("name", CASES)
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def prototxt(fields: str = "", scores: tuple[int, ...] = (4, 5, 3, 2), tops: int = 1) -> str:
    labels = (scores[0], *scores[2:])
    return one_layer(f'type: "SoftmaxWithLoss" {fields}', scores, labels, tops=tops)


def expected(ignore: int | None, divisor: float) -> tuple[float, np.ndarray]:
    """The loss and the gradient of SCORES by the formula."""
    scores = np.moveaxis(SCORES.astype(np.float64), 1, -1)
    p = np.exp(scores - scores.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    counted = np.full(LABELS.shape, ignore is None) | ~np.isin(LABELS, [ignore or 0])
    own = np.take_along_axis(p, LABELS[..., None], -1)[..., 0]
    grad = (p - np.eye(5)[LABELS]) * counted[..., None] / divisor
    return float(-(np.log(own) * counted).sum() / divisor), np.moveaxis(grad, -1, 1)


VALID = int((LABELS != 2).sum())


@pytest.mark.parametrize(
    ("loss_param", "ignore", "divisor"),
    [
        ("", None, LABELS.size),
        ("ignore_label: 2", 2, VALID),
        ("ignore_label: 2 normalization: VALID", 2, VALID),
        ("ignore_label: 2 normalization: FULL", 2, LABELS.size),
        ("ignore_label: 2 normalization: BATCH_SIZE", 2, 4),
        ("ignore_label: 2 normalization: NONE", 2, 1),
        ("ignore_label: 2 normalize: true", 2, VALID),
        ("ignore_label: 2 normalize: false", 2, 4),
        ("ignore_label: 2 normalize: false normalization: FULL", 2, LABELS.size),
    ],
)
def test_divides_as_normalization_says(loss_param: str, ignore: int | None, divisor: int) -> None:
    run = run_layer(prototxt(f"loss_param {{ {loss_param} }}"), [SCORES, LABELS])
    loss, grad = expected(ignore, divisor)
    np.testing.assert_allclose(run.tops[0], loss, rtol=1e-5)
    np.testing.assert_allclose(run.bottom_grads[0], grad, rtol=1e-4, atol=1e-6)
    assert run.bottom_grads[1] is None


def test_loss_weight_scales_the_gradient_and_not_the_top() -> None:
    plain = run_layer(prototxt(), [SCORES, LABELS])
    weighted = run_layer(prototxt("loss_weight: 0.3"), [SCORES, LABELS])
    assert weighted.tops[0] == plain.tops[0]
    np.testing.assert_allclose(weighted.bottom_grads[0], 0.3 * plain.bottom_grads[0], rtol=1e-5)


def test_without_counted_labels_the_loss_is_zero() -> None:
    net = prototxt("loss_param { ignore_label: 1 }")
    run = run_layer(net, [SCORES, np.ones_like(LABELS)])
    assert run.tops[0] == 0
    assert not run.bottom_grads[0].any()


def test_a_negative_label_can_be_ignored() -> None:
    labels = LABELS.copy()
    labels[0] = -1
    run = run_layer(prototxt("loss_param { ignore_label: -1 }"), [SCORES, labels])
    assert np.isfinite(run.tops[0])
    assert not run.bottom_grads[0][0].any()


def test_a_tiny_probability_is_cut_but_not_its_gradient() -> None:
    run = run_layer(prototxt(scores=(1, 2)), [[[500.0, 0.0]], [1.0]])
    np.testing.assert_allclose(run.tops[0], -np.log(np.finfo(np.float32).tiny), rtol=1e-6)
    np.testing.assert_allclose(run.bottom_grads[0], [[1, -1]])


def test_a_score_that_is_no_number_shows_in_the_loss() -> None:
    run = run_layer(prototxt(scores=(1, 2)), [[[np.nan, 0.0]], [1.0]])
    assert np.isnan(run.tops[0])


@pytest.mark.parametrize("labels", [(4, 6), (4, 1, 3, 2), (4, 3, 2), (24,)])
def test_labels_may_have_any_shape(labels: tuple[int, ...]) -> None:
    net = one_layer('type: "SoftmaxWithLoss"', SCORES.shape, labels)
    run = run_layer(net, [SCORES, LABELS.reshape(labels)])
    np.testing.assert_allclose(run.tops[0], expected(None, LABELS.size)[0], rtol=1e-5)


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_classes_may_lie_on_any_axis(axis: int) -> None:
    scores = np.moveaxis(SCORES, 1, axis)
    net = one_layer(
        f'type: "SoftmaxWithLoss" softmax_param {{ axis: {axis} }}', scores.shape, LABELS.shape
    )
    run = run_layer(net, [scores, LABELS])
    loss, grad = expected(None, LABELS.size)
    np.testing.assert_allclose(run.tops[0], loss, rtol=1e-5)
    np.testing.assert_allclose(np.moveaxis(run.bottom_grads[0], axis, 1), grad, atol=1e-6)


def test_batch_size_counts_all_axes_before_the_classes() -> None:
    scores = np.moveaxis(SCORES, 1, -1)
    net = one_layer(
        'type: "SoftmaxWithLoss" softmax_param { axis: -1 } '
        "loss_param { normalization: BATCH_SIZE }",
        scores.shape,
        LABELS.shape,
    )
    loss, _ = expected(None, LABELS.size)
    np.testing.assert_allclose(run_layer(net, [scores, LABELS]).tops[0], loss, rtol=1e-5)


def test_takes_scores_that_a_convolution_left_channels_last() -> None:
    net = """
        layer { name: "data" type: "Input" top: "data"
          input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }
        layer { name: "label" type: "Input" top: "label"
          input_param { shape { dim: 2 dim: 4 dim: 5 } } }
        layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
          convolution_param { num_output: 6 kernel_size: 1 weight_filler { type: "xavier" } } }
        layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "label"
          top: "loss" top: "p" }
    """
    built = net_of(net)
    feeds = {"data": RNG.normal(size=(2, 3, 4, 5)), "label": RNG.integers(0, 6, (2, 4, 5))}
    blobs = built.forward(feeds, ["conv", "loss", "p"])
    wanted = run_layer(prototxt(scores=(2, 6, 4, 5), tops=2), [blobs["conv"], feeds["label"]])
    np.testing.assert_allclose(blobs["loss"], wanted.tops[0], rtol=1e-5)
    np.testing.assert_allclose(blobs["p"], wanted.tops[1], rtol=1e-5, atol=1e-6)


def test_a_second_top_has_the_probabilities_and_no_gradient() -> None:
    run = run_layer(prototxt(tops=2), [SCORES, LABELS])
    np.testing.assert_allclose(run.tops[1].sum(axis=1), 1, rtol=1e-5)
    weighted = run_layer(prototxt("loss_weight: 1 loss_weight: 5", tops=2), [SCORES, LABELS])
    np.testing.assert_array_equal(weighted.bottom_grads[0], run.bottom_grads[0])


def test_a_label_out_of_range_is_told_in_one_line() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(prototxt(scores=(2, 10)), [np.zeros((2, 10)), [3, 12]])
    message = user_message(raised.value)
    assert message is not None
    assert message.startswith("SoftmaxWithLoss layer 'layer' (")
    assert message.endswith(
        "): label 12 is out of range: it must be from 0 to 9, as there are 10 classes"
    )


def test_labels_of_another_number_are_refused() -> None:
    net = one_layer('type: "SoftmaxWithLoss"', (4, 5, 3, 2), (4, 3))
    with pytest.raises(OwltfError, match=r"needs a label for each of \(4, 3, 2\).*\(4, 3\)$"):
        net_of(net)


def test_classes_may_lie_along_the_first_axis() -> None:
    scores, labels = SCORES[:, :, 0, 0], np.array([0, 3, 1, 2, 0])
    net = 'type: "SoftmaxWithLoss" softmax_param { axis: 0 }'
    run = run_layer(one_layer(net, (4, 5), (5,), tops=2), [scores, labels])
    turned = run_layer(prototxt(scores=(5, 4), tops=2), [scores.T, labels])
    np.testing.assert_allclose(run.tops[0], turned.tops[0], rtol=1e-6)
    np.testing.assert_allclose(run.tops[1], turned.tops[1].T, rtol=1e-6)
    np.testing.assert_allclose(run.bottom_grads[0], turned.bottom_grads[0].T, rtol=1e-5, atol=1e-8)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    built = net_of(prototxt("loss_param { ignore_label: 2 }", tops=2), "TRAIN")
    built.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": tf.constant(SCORES), "bottom1": tf.constant(LABELS, tf.float32)}
    for name, value in built.model(feeds).items():
        np.testing.assert_array_equal(loaded(feeds)[name], value)


@pytest.mark.parametrize("mode", ["VALID", "FULL", "BATCH_SIZE", "NONE"])
@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_have_the_figures_of_one(mode: str, replicas: int) -> None:
    net = prototxt(f"loss_weight: 0.5 loss_param {{ ignore_label: 2 normalization: {mode} }}")
    arrays = {"bottom0": SCORES, "bottom1": LABELS}
    one, many = run_replicas(net, arrays, 1), run_replicas(net, arrays, replicas)
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-5, atol=1e-8)


def test_a_label_out_of_range_is_told_by_any_replica() -> None:
    arrays = {"bottom0": np.zeros((4, 10)), "bottom1": np.array([1, 2, 3, 12])}
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_replicas(prototxt(scores=(4, 10)), arrays, 2)
    assert "label 12 is out of range" in (user_message(raised.value) or "")
