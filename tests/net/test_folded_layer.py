"""A layer that stands for several has the weights that these have together."""

from __future__ import annotations

import numpy as np
import pytest
from folding_nets import CONV, NORM, folding_net

from owltf.net.folded_layer import FoldedLayer, NetPart


def parts() -> list[NetPart]:
    net = folding_net(CONV, NORM)
    pairs = zip(net.layers, net.graph.layers, strict=True)
    return [NetPart(layer, of_graph, net.context) for layer, of_graph in pairs]


def test_it_is_known_by_its_layers() -> None:
    _, conv, norm, scale, relu = parts()
    layer = FoldedLayer(conv, (norm, scale), {})
    assert layer.names == ("conv", "bn", "scale")
    assert layer.top is scale.layer.tops[0]
    assert layer.can_be_made()
    assert not FoldedLayer(norm, (scale,), {}).can_be_made()
    assert not FoldedLayer(conv, (relu,), {}).can_be_made()


def test_its_weights_are_the_products() -> None:
    _, conv, norm, scale, _ = parts()
    layer = FoldedLayer(conv, (norm, scale), {"conv": "the layer", "other": "another"})
    assert layer.can_be_made()
    layer.top_of([blob.tensor for blob in conv.layer.bottoms])
    layer.refresh()
    held = layer._built.weights.held
    filters, bias = (held[index].blob.to_caffe(held[index].variable.numpy()) for index in (0, 1))
    (own,), (mean, variance, ones), (gamma, beta) = conv.blobs(), norm.blobs(), scale.blobs()
    factor = gamma / np.sqrt(variance / ones + 1e-5)
    np.testing.assert_allclose(filters, own * factor[:, None, None, None], rtol=1e-5)
    np.testing.assert_allclose(bias, beta - mean / ones * factor, rtol=1e-5, atol=1e-5)


def test_weights_that_are_no_numbers_are_not_folded() -> None:
    _, conv, norm, scale, _ = parts()
    scale.layer.params[0].set(np.full(6, np.inf))
    with np.errstate(all="ignore"):
        assert not FoldedLayer(conv, (norm, scale), {}).can_be_made()


@pytest.mark.parametrize("asked", [0, 1])
def test_a_part_has_the_nets_words(asked: int) -> None:
    part = parts()[asked]
    assert part.parameter.name == part.layer.name
    assert len(part.blobs()) == asked
