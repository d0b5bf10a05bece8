"""What a net takes images for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from image_case import CROP, Images
from owltf_classifier.prediction import choose_views
from owltf_classifier.predictions import Classifier, check_scores

from owltf.api import (
    Batch,
    Net,
    OwltfError,
    choose_devices,
    class_probabilities,
    find_views,
    image_input,
    load_net,
)

NAMES = ["ant", "bee", "cat", "dog"]


@pytest.fixture
def net(images: Images) -> Net:
    return load_net("deploy.prototxt", weights="net.caffemodel")


def classifier(net: Net, views: str = "1") -> Classifier:
    scores = class_probabilities(net, None)
    images = image_input(net, resize=(10, 12))
    return Classifier(net, choose_devices(), scores, NAMES, images, find_views(views))


def batches(images: Images) -> Iterator[Batch]:
    """Yield five whole images, two at a time."""
    for first in (0, 2, 4):
        whole = images.whole[first : min(first + 2, 5)]
        yield Batch({"data": whole}, [f"{first + row}.png" for row in range(len(whole))])


@pytest.mark.parametrize("views", ["1", "flips"])
def test_the_best_come_first_by_name(net: Net, images: Images, views: str) -> None:
    """The probabilities are averaged over the views."""
    sides = [False, True] if views == "flips" else [False]
    crops = [images.crops(1, 2, mirrored=mirrored)[:5] for mirrored in sides]
    wanted = np.mean([images.probabilities(crop) for crop in crops], 0)
    found = list(classifier(net, views).classify(batches(images), top=3))
    assert [each.image for each in found] == [f"{number}.png" for number in range(5)]
    for prediction, row in zip(found, wanted, strict=True):
        best = np.argsort(-row)[:3]
        assert [guess.number for guess in prediction.guesses] == best.tolist()
        assert [guess.name for guess in prediction.guesses] == [NAMES[number] for number in best]
        got = [guess.score for guess in prediction.guesses]
        np.testing.assert_allclose(got, row[best], rtol=1e-5)


def test_of_equal_classes_the_first_comes_first_and_there_may_be_few(
    net: Net, images: Images
) -> None:
    net.set_params({"ip": [np.zeros_like(blob) for blob in net.get_params()["ip"]]})
    found = next(classifier(net).classify(batches(images), top=9))
    assert [guess.number for guess in found.guesses] == [0, 1, 2, 3]
    assert [guess.score for guess in found.guesses] == [0.25] * 4


def test_scores_for_each_place_are_refused(net: Net) -> None:
    check_scores(class_probabilities(net, "prob"))
    with pytest.raises(OwltfError, match=r"layer 'conv' gives scores for \(6, 6\) places"):
        check_scores(class_probabilities(net, "conv"))


def test_views_by_name_the_centre_unless_named(net: Net) -> None:
    larger, same = image_input(net, resize=(10, 12)), image_input(net)
    assert choose_views(None, same) == find_views("1")
    assert choose_views("flips", same) == find_views("flips")
    assert choose_views("10", larger) == find_views("10")
    for name in ("corners", "10", "144"):
        with pytest.raises(OwltfError, match=f"--views {name} .* larger than the {CROP}x{CROP}"):
            choose_views(name, same)


def test_scores_that_are_not_numbers_are_refused(net: Net, images: Images) -> None:
    weights, bias = net.get_params()["ip"]
    net.set_params({"ip": [weights, np.full_like(bias, np.nan)]})
    with pytest.raises(
        OwltfError, match=r"^0\.png: layer 'prob' gives scores that are not numbers"
    ):
        list(classifier(net).classify(batches(images), top=1))
