"""Several views of each image, against NumPy, image by image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from image_case import CROP, HEIGHT, LOSS, RECORDS, WIDTH, Images
from owltf_tester.measure import Measured, measure_views

from owltf.api import (
    Net,
    choose_devices,
    class_probabilities,
    find_views,
    load_net,
    net_batches,
    whole_images,
)

PLACES = ((0, 0), (HEIGHT - CROP, 0), (0, WIDTH - CROP), (HEIGHT - CROP, WIDTH - CROP), (1, 2))


def measured(net: Net, views: str, layer: str | None = None) -> list[Measured]:
    whole, scores = whole_images(net), class_probabilities(net, layer)
    batches = net_batches(net, sources=whole.sources)
    seen = (find_views(views), whole)
    return list(measure_views(net, choose_devices(), scores, batches, seen))


def ten_views(images: Images) -> np.ndarray:
    """Return the mean over the ten crops of each image's probabilities."""
    return np.mean(
        [
            images.probabilities(images.crops(top, left, mirrored=mirrored))
            for top, left in PLACES
            for mirrored in (False, True)
        ],
        axis=0,
    )


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
    [("1", PLACES[4:], (False,)), ("flips", PLACES[4:], (False, True)), ("corners", PLACES, (0,))],
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


def test_the_command_counts_each_image_once(
    images: Images, lines: Callable[..., list[str]]
) -> None:
    own = ten_views(images)[np.arange(RECORDS), images.labels]
    right = (ten_views(images) > own[:, None]).sum(1) < 1
    # Five batches of eight are asked for, where there are 22 images.
    words = ("--views", "10", "--softmax-layer", "loss", "--iterations", 5)
    said = lines("test", "net.prototxt", "--weights", "net.caffemodel", *words)
    assert said[3:] == [
        "Running for 3 iterations.",
        f"Batch 0, {right[:8].sum()} of 8 right",
        f"Batch 1, {right[8:16].sum()} of 8 right",
        f"Batch 2, {right[16:].sum()} of 6 right",
        f"top-1 = {right.mean():g} ({right.sum()} of 22)",
    ]


def test_scores_for_each_place_are_refused(images: Images, refused: Callable[..., str]) -> None:
    net = Path("net.prototxt").read_text().replace(LOSS, "")
    places = """
    layer { name: "silence" type: "Silence" bottom: "ip" }
    layer { name: "prob" type: "Softmax" bottom: "conv" top: "prob" }
    """
    Path("places.prototxt").write_text(net + places)
    said = refused("test", "places.prototxt", "--weights", "net.caffemodel", "--views", "10")
    assert said == (
        "layer 'prob' gives scores for (6, 6) places of an image; several views need one for the "
        "whole image"
    )
