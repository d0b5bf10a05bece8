"""Tests of Accuracy against real Caffe and against its rule in NumPy."""

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

RNG = np.random.default_rng(1)
SCORES = RNG.integers(0, 4, (7, 5, 3)).astype(np.float32)
LABELS = RNG.integers(0, 4, (7, 3))


@pytest.mark.parametrize(
    "name", ["accuracy", "accuracy_ignore", "accuracy_perclass", "accuracy_top3"]
)
def test_gives_caffes_figures(name: str) -> None:
    run = check_case(name)
    assert run.bottom_grads == [None, None]


def prototxt(fields: str = "", tops: int = 1) -> str:
    return one_layer(f'type: "Accuracy" {fields}', SCORES.shape, LABELS.shape, tops=tops)


def right(top_k: int) -> np.ndarray:
    """Whether each label counts as right by Caffe's rule: equal scores count as better."""
    own = np.take_along_axis(SCORES, LABELS[:, None], axis=1)
    return (own <= SCORES).sum(axis=1) - 1 < top_k


@pytest.mark.parametrize("top_k", [1, 2, 5])
def test_equal_scores_count_as_better_ones(top_k: int) -> None:
    run = run_layer(prototxt(f"accuracy_param {{ top_k: {top_k} }}"), [SCORES, LABELS])
    np.testing.assert_allclose(run.tops[0], right(top_k).mean(), rtol=1e-6)
    assert run.tops[0].shape == ()


@pytest.mark.parametrize("ignore", [None, 2])
def test_a_second_top_has_each_class(ignore: int | None) -> None:
    fields = "" if ignore is None else f"accuracy_param {{ ignore_label: {ignore} }}"
    run = run_layer(prototxt(fields, tops=2), [SCORES, LABELS])
    counted = np.full(LABELS.shape, True) if ignore is None else ~np.isin(LABELS, ignore)
    np.testing.assert_allclose(run.tops[0], right(1)[counted].mean(), rtol=1e-6)
    # Class 4 has no labels: 0, as in Caffe.
    wanted = [right(1)[counted & (each == LABELS)] for each in range(5)]
    means = [each.mean() if each.size else 0 for each in wanted]
    np.testing.assert_allclose(run.tops[1], means, rtol=1e-6)


def test_without_counted_labels_the_accuracy_is_zero() -> None:
    run = run_layer(prototxt("accuracy_param { ignore_label: 0 }"), [SCORES, LABELS * 0])
    assert run.tops[0] == 0


def test_is_no_part_of_the_objective() -> None:
    assert net_of(prototxt()).losses == ()


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_classes_may_lie_on_any_axis(axis: int) -> None:
    scores = np.moveaxis(SCORES, 1, axis)
    fields = f'type: "Accuracy" accuracy_param {{ axis: {axis} }}'
    run = run_layer(one_layer(fields, scores.shape, LABELS.shape), [scores, LABELS])
    np.testing.assert_allclose(run.tops[0], right(1).mean(), rtol=1e-6)


def test_a_label_out_of_range_is_told_in_one_line() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(prototxt(), [SCORES, LABELS - 5])
    message = user_message(raised.value)
    assert message is not None
    assert message.startswith("Accuracy layer 'layer' (")
    assert "label -" in message


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (prototxt("accuracy_param { top_k: 6 }"), "at most the number of classes, 5; got 6"),
        (prototxt("accuracy_param { axis: 3 }"), "axis 3 is out of range"),
        (one_layer('type: "Accuracy"', (4, 5), (3,)), "needs a label for each of"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message) as raised:
        net_of(net)
    assert "\n" not in str(raised.value)


def test_classes_may_lie_along_the_first_axis() -> None:
    scores, labels = SCORES.reshape(-1)[:20].reshape(4, 5), np.array([0, 3, 1, 2, 0])
    net = one_layer('type: "Accuracy" accuracy_param { axis: 0 }', (4, 5), (5,))
    (accuracy,) = run_layer(net, [scores, labels]).tops
    assert accuracy == np.mean(scores.argmax(0) == labels).astype(np.float32)


@pytest.mark.parametrize("tops", [1, 2])
def test_is_saved_and_loaded(tops: int, tmp_path: Path) -> None:
    built = net_of(prototxt(tops=tops))
    built.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": tf.constant(SCORES), "bottom1": tf.constant(LABELS, tf.float32)}
    for name, value in built.model(feeds).items():
        np.testing.assert_array_equal(loaded(feeds)[name], value)


def test_replicas_have_the_figures_of_one() -> None:
    net = prototxt("accuracy_param { ignore_label: 2 }", tops=2)
    arrays = {"bottom0": SCORES, "bottom1": LABELS}
    one, many = run_replicas(net, arrays, 1), run_replicas(net, arrays, 3)
    for name in ("top0", "top1"):
        for top in many.tops[name]:
            np.testing.assert_array_equal(top, one.tops[name][0])
