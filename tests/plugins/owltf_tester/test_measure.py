"""What each batch of a test gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_case import BODY, CUTS, DATA, RECORDS, Images, ten_views
from owltf_tester.measure import Measured, measure, measure_views

from owltf.api import (
    Net,
    choose_devices,
    class_probabilities,
    class_scores,
    find_views,
    load_net,
    net_batches,
    whole_images,
)

# A label for each of 36 places; those that are 3 do not count.
PLACES = """
layer { name: "same" type: "Power" bottom: "label" top: "same" }
layer { name: "map" type: "InnerProduct" bottom: "ip" top: "map"
  inner_product_param { num_output: 36 weight_filler { type: "constant" } } }
layer { name: "tall" type: "Reshape" bottom: "map" top: "tall"
  reshape_param { shape { dim: 0 dim: 1 dim: 6 dim: 6 } } }
layer { name: "places" type: "Bias" bottom: "tall" bottom: "same" top: "places"
  bias_param { axis: 0 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "places" top: "loss"
  loss_param { ignore_label: 3 } loss_weight: 2 }
"""


def test_labels_for_each_place_and_one_that_does_not_count(images: Images) -> None:
    Path("places.prototxt").write_text(DATA % ("", "false") + BODY + PLACES)
    net = load_net("places.prototxt", weights="net.caffemodel", allow_missing=True)
    scores = class_scores(net)
    found = list(measure(net, choose_devices(), scores, net_batches(net, 2)))
    every = np.repeat(images.labels[:16], 36)
    rows = np.maximum(images.conv(images.crops(1, 2)[:16]), 0)
    rows = rows.transpose(0, 2, 3, 1).reshape(-1, 5)
    labels = np.concatenate([batch.labels for batch in found])
    np.testing.assert_array_equal(labels, every[every != 3])
    got = np.concatenate([batch.scores for batch in found])
    np.testing.assert_allclose(got, rows[every != 3], rtol=1e-4, atol=1e-5)
    for batch in found:
        assert batch.loss == pytest.approx(2 * float(batch.outputs["loss"]))


def measured(net: Net, views: str, layer: str | None = None) -> list[Measured]:
    whole, scores = whole_images(net), class_probabilities(net, layer)
    batches = net_batches(net, sources=whole.sources)
    seen = (find_views(views), whole)
    return list(measure_views(net, choose_devices(), scores, batches, seen))


@pytest.mark.parametrize("layer", [None, "loss"])
def test_ten_views_are_the_mean_of_ten_crops(images: Images, layer: str | None) -> None:
    """The net crops at random in training; each image is seen ten times and counts once."""
    found = measured(load_net("net.prototxt", weights="net.caffemodel"), "10", layer)
    assert [batch.rows for batch in found] == [8, 8, 6]
    scores = np.concatenate([batch.scores for batch in found])
    np.testing.assert_allclose(scores, ten_views(images), rtol=1e-5)
    labels = np.concatenate([batch.labels for batch in found])
    np.testing.assert_array_equal(labels, images.labels)


@pytest.mark.parametrize(
    ("views", "places", "mirrors"),
    [("1", CUTS[4:], (False,)), ("flips", CUTS[4:], (False, True)), ("corners", CUTS, (0,))],
)
def test_other_views(
    images: Images, views: str, places: tuple[tuple[int, int], ...], mirrors: tuple[bool, ...]
) -> None:
    found = measured(load_net("net.prototxt", weights="net.caffemodel"), views)
    crops = [
        images.probabilities(images.crops(*place, mirrored=flip))
        for place in places
        for flip in mirrors
    ]
    scores = np.concatenate([batch.scores for batch in found])
    np.testing.assert_allclose(scores, np.mean(crops, axis=0), rtol=1e-5)


def test_googlenets_views_run(images: Images) -> None:
    found = measured(load_net("net.prototxt", weights="net.caffemodel"), "144")
    sums = np.concatenate([batch.scores for batch in found]).sum(1)
    np.testing.assert_allclose(sums, np.ones(RECORDS), rtol=1e-5)


def test_any_layer_with_a_number_for_each_class(images: Images) -> None:
    found = measured(load_net("net.prototxt", weights="net.caffemodel"), "1", "ip")
    scores = np.concatenate([batch.scores for batch in found])
    np.testing.assert_allclose(scores, images.scores(images.crops(1, 2)), rtol=1e-4, atol=1e-5)
