"""Where a net has a score for each class, and the true ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, inner_product, input_text

from owltf.api import Blob, Layer, LayerConverter, hookimpl
from owltf.errors import OwltfError
from owltf.inference.class_scores import ClassScores, class_probabilities, class_scores
from owltf.net.net import Net
from owltf.testing import net_of, use_plugins

INPUTS = input_text("x", 2, 5) + input_text("label", 2)
AUXILIARY = inner_product("aux", "x", "aux", outputs=4)
MAIN = inner_product("ip", "x", "ip")
LOSSES = """
layer { name: "loss1" type: "SoftmaxWithLoss" bottom: "aux" bottom: "label" top: "loss1" }
layer { name: "loss2" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss2"
  loss_param { ignore_label: 2 } }
"""
ACCURACY = """
layer { name: "accuracy" type: "Accuracy" bottom: "aux" bottom: "label" top: "accuracy"
  accuracy_param { ignore_label: 1 } }
"""
X = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)


def values(net: Net, scores: ClassScores) -> np.ndarray:
    tensors = {"scores": scores.tensor, "labels": scores.labels}
    found = net.model_of_tensors(tensors)({"x": X, "label": np.array([1, 2], np.float32)})
    np.testing.assert_array_equal(found["labels"], [1, 2])
    return found["scores"].numpy()


def test_the_accuracy_layer_says_which_scores_count() -> None:
    net = build(INPUTS + AUXILIARY + MAIN + LOSSES + ACCURACY)
    scores = class_scores(net)
    assert (scores.layer, scores.classes, scores.ignore_label) == ("accuracy", 4, 1)
    blobs = net.forward({"x": X, "label": [1, 2]}, ["aux"])
    np.testing.assert_allclose(values(net, scores), blobs["aux"], rtol=1e-6)


def test_else_the_last_loss_does() -> None:
    scores = class_scores(build(INPUTS + AUXILIARY + MAIN + LOSSES))
    assert (scores.layer, scores.classes, scores.ignore_label) == ("loss2", 3, 2)
    assert class_scores(build(INPUTS + MAIN)) is None


@pytest.mark.parametrize(("layer", "blob"), [(None, "ip"), ("loss2", "ip"), ("loss1", "aux")])
def test_a_loss_gives_the_softmax_of_its_scores(layer: str | None, blob: str) -> None:
    net = build(INPUTS + AUXILIARY + MAIN + LOSSES + ACCURACY)
    scores = class_probabilities(net, layer)
    raw = net.forward({"x": X, "label": [1, 2]}, [blob])[blob]
    np.testing.assert_allclose(values(net, scores), tf.nn.softmax(raw), rtol=1e-6)


def test_a_softmax_layer_or_any_other_gives_its_top() -> None:
    softmax = 'layer { name: "softmax" type: "Softmax" bottom: "ip" top: "prob" }'
    net = build(INPUTS + MAIN + softmax + LOSSES.replace('"aux"', '"ip"'))
    blobs = net.forward({"x": X, "label": [1, 2]}, ["ip", "prob"])
    for layer, blob in (("softmax", "prob"), ("prob", "prob"), ("ip", "ip")):
        scores = class_probabilities(net, layer)
        assert (scores.layer, scores.classes, scores.ignore_label) == (layer, 3, 2)
        np.testing.assert_allclose(values(net, scores), blobs[blob], rtol=1e-6)


class Hits(LayerConverter):
    """A metric of a plugin."""

    caffe_type = "Hits"
    bottoms = (2, 2)
    is_judge = True

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> Blob:
        return scores.scalar(keras.ops.sum(scores.tensor))

    def class_scores(self, parameter: Any) -> tuple[int, int | None]:
        return 1, 3


def test_a_metric_of_a_plugin_says_it_too() -> None:
    hits = 'layer { name: "hits" type: "Hits" bottom: "aux" bottom: "label" top: "hits" }'
    with use_plugins(SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [Hits]))):
        scores = class_scores(net_of(INPUTS + AUXILIARY + MAIN + hits + LOSSES))
    assert (scores.layer, scores.classes, scores.ignore_label) == ("hits", 4, 3)


def test_classes_on_another_axis_come_last() -> None:
    net = build(
        input_text("x", 2, 5, 3)
        + input_text("label", 2, 5)
        + 'layer { name: "l" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "l" '
        "softmax_param { axis: 2 } }"
    )
    assert class_scores(net).classes == 3
    assert class_scores(net).tensor.shape[1:] == (5, 3)


def test_mistakes() -> None:
    net = build(INPUTS + MAIN)
    with pytest.raises(OwltfError, match="has no Softmax or SoftmaxWithLoss layer; name the layer"):
        class_probabilities(net)
    with pytest.raises(OwltfError, match="has no layer 'pi': did you mean 'ip'"):
        class_probabilities(net, "pi")
    with pytest.raises(OwltfError, match=r"'label' has shape \(2,\), not a score for each class"):
        class_probabilities(net, "label")
