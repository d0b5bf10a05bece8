"""Crops lie in the middle, or at random places that belong to the record."""

from __future__ import annotations

import numpy as np
import pytest
from made_shapes import registry
from owltf_ssd.data.crop import Crop, Place

from owltf.api import OwltfError


def crop(phase: str = "TEST", **fields: int) -> Crop:
    param = registry().schema.message("TransformationParameter")(**fields)
    return Crop.of(param, (3, 10, 20), phase)


def test_the_middle() -> None:
    place = crop(crop_h=4, crop_w=6).place(np.array([7, 7, 7, 7]), (10, 20))
    assert place == Place(3, 7, 4, 6)
    image = np.arange(200).reshape(1, 10, 20)
    np.testing.assert_array_equal(place.cut(image), image[:, 3:7, 7:13])
    np.testing.assert_allclose(place.window((10, 20)), [7 / 20, 3 / 10, 13 / 20, 7 / 10])


def test_random_places_are_all_in_the_image() -> None:
    made = crop("TRAIN", crop_size=9)
    places = {made.place(np.array([n, 3 * n, 0, 0]), (10, 20)).top for n in range(9)}
    assert places == {0, 1}


def test_without_a_crop_all_is_kept() -> None:
    assert crop().place(np.zeros(4, int), (10, 20)) == Place(0, 0, 10, 20)


@pytest.mark.parametrize(
    "fields", [{"crop_h": 3}, {"crop_h": 3, "crop_w": 3, "crop_size": 3}, {"crop_size": 11}]
)
def test_what_contradicts_itself(fields: dict[str, int]) -> None:
    with pytest.raises(OwltfError, match="crop"):
        crop(**fields)


def test_an_image_that_is_too_small() -> None:
    with pytest.raises(ValueError, match="is 4x20, smaller than the crop 5x5"):
        crop(crop_size=5).place(np.zeros(4, int), (4, 20))
