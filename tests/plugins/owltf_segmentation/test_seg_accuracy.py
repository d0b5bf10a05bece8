"""SegAccuracy against its definition."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest
from segmentation_layers import RNG, X, keeps_the_contract

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

LABELS = RNG.integers(0, 3, size=(4, 1, 5, 6)).astype(np.float32)
LAYER = 'type: "SegAccuracy" seg_accuracy_param { %s }'


def figures(scores: np.ndarray, labels: np.ndarray, ignored: tuple[int, ...]) -> list[float]:
    """Return the three figures, pixel by pixel."""
    counts = np.zeros((3, 3))
    for image, truth in zip(scores, labels[:, 0], strict=True):
        for place in np.ndindex(truth.shape):
            if int(truth[place]) not in ignored:
                best = max((image[(c, *place)], c) for c in range(3))[1]
                counts[int(truth[place]), best] += 1
    right, rows, columns = np.diag(counts), counts.sum(1), counts.sum(0)
    recall = [r / n for r, n in zip(right, rows, strict=True) if n]
    union = rows + columns - right
    overlap = [r / u if u else 1 for r, u in zip(right, union, strict=True)]
    return [right.sum() / counts.sum(), float(np.mean(recall)), float(np.mean(overlap))]


@pytest.mark.parametrize("ignored", [(), (1,), (0, 1)])
def test_the_figures(ignored: tuple[int, ...]) -> None:
    fields = " ".join(f"ignore_label: {label}" for label in ignored)
    scores = np.round(X)
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % fields, X.shape, LABELS.shape))
        top = net.forward({"bottom0": scores, "bottom1": LABELS})["top0"]
    assert top.shape == (1, 1, 1, 3)
    np.testing.assert_allclose(top.ravel(), figures(scores, LABELS, ignored), rtol=1e-5)


def test_a_class_that_nobody_has_counts_as_right() -> None:
    scores, labels = np.zeros((1, 3, 1, 2), np.float32), np.zeros((1, 1, 1, 2), np.float32)
    scores[0, 0] = 1
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % "", scores.shape, labels.shape))
        top = net.forward({"bottom0": scores, "bottom1": labels})["top0"]
    assert top.ravel().tolist() == [1, 1, 1]


def test_without_reset_the_batches_count_together() -> None:
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % "reset: false", (2, *X.shape[1:]), (2, 1, 5, 6)))
        tops = [
            net.forward({"bottom0": X[part], "bottom1": LABELS[part]})["top0"].ravel()
            for part in (slice(0, 2), slice(2, 4))
        ]
    np.testing.assert_allclose(tops[0], figures(X[:2], LABELS[:2], ()), rtol=1e-5)
    np.testing.assert_allclose(tops[1], figures(X, LABELS, ()), rtol=1e-5)


def test_a_label_without_a_class_is_an_error() -> None:
    with use_plugins(owltf_segmentation):
        net = net_of(one_layer(LAYER % "ignore_label: 255", X.shape, LABELS.shape))
        with pytest.raises(OwltfError, match="label 3 is out of range"):
            net.forward({"bottom0": X, "bottom1": LABELS + 1})


def test_what_every_layer_keeps() -> None:
    net = one_layer(LAYER % "ignore_label: 1", X.shape, LABELS.shape)
    keeps_the_contract(net, X, LABELS, no_gradient=[0, 1])
