"""Weights by layer."""

from pathlib import Path

from owltf.caffe.binary.weights import LayerWeights, Weights


def test_weights_are_like_a_tuple() -> None:
    layers = (LayerWeights("a", "ReLU", ()), LayerWeights("b", "ReLU", ()))
    weights = Weights(Path("x"), layers)
    assert (tuple(weights), len(weights), weights[1].name) == (layers, 2, "b")
