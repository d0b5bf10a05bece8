"""MaxPool2D and its places against a loop."""

from __future__ import annotations

import numpy as np
import pytest
from pool_by_loop import images, pooled

from owltf.layers.vision.max_pool import MaxPlace2D, MaxPool2D


def greatest(values: np.ndarray, places: np.ndarray) -> float:
    return float(values.max(initial=np.finfo(np.float32).min))


def place(values: np.ndarray, places: np.ndarray) -> float:
    return float(places[values.argmax()]) if values.size else -1.0


@pytest.mark.parametrize("down", [False, True], ids=["ceil", "floor"])
def test_max_pooling_agrees_with_a_loop(down: bool) -> None:
    for image, rules in images():
        layer = MaxPool2D(*((size,) * 2 for size in rules), down)
        got = layer(image[np.newaxis, ..., np.newaxis]).numpy()[0, ..., 0]
        wanted = pooled(image, rules, greatest, down=down)
        assert layer.compute_output_shape((1, *image.shape, 1))[1:3] == wanted.shape
        np.testing.assert_array_equal(got, wanted, err_msg=f"{image.shape}, {rules}")


@pytest.mark.parametrize("down", [False, True], ids=["ceil", "floor"])
def test_places_agree_with_a_loop(down: bool) -> None:
    for image, rules in images():
        both = np.stack([image, image.max() - image], -1)
        got = MaxPlace2D(*((size,) * 2 for size in rules), down)(both[np.newaxis]).numpy()[0]
        for channel in range(2):
            wanted = pooled(both[..., channel], rules, place, down=down)
            np.testing.assert_array_equal(got[..., channel], wanted, f"{image.shape}, {rules}")


def test_of_equal_values_the_first_place_counts() -> None:
    got = MaxPlace2D((2, 2), (2, 2))(np.ones((1, 4, 4, 1), np.float32)).numpy()[0, ..., 0]
    np.testing.assert_array_equal(got, [[0, 2], [8, 10]])
