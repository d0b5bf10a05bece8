"""What is done to an image and its labels."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_segmentation.pair_transform import PairTransform

IMAGE = np.arange(24, dtype=np.uint8).reshape(4, 6, 1)


def transform(**how: object) -> PairTransform:
    usual = {"crop": None, "is_random": False, "mirror": False, "mean": None, "scale": 1}
    return PairTransform(**{**usual, "pad_label": None, **how})  # type: ignore[arg-type]


def test_the_middle_is_kept_and_mirrored_where_the_word_is_odd() -> None:
    how = transform(crop=(2, 2), mirror=True)
    for word, wanted in ((0, [[8, 9], [14, 15]]), (1, [[9, 8], [15, 14]])):
        image, labels = how.apply(IMAGE, IMAGE[..., 0], [9, 9, word, 0, 0])
        assert image[0].tolist() == wanted
        assert labels[0].tolist() == wanted


def test_a_mean_image_is_subtracted() -> None:
    image, label = transform(mean=IMAGE.astype(np.float32)).apply(IMAGE, 3.0, [0] * 5)
    assert (image == 0).all()
    assert label == 3
    with pytest.raises(ValueError, match="where the mean image is"):
        transform(mean=np.zeros((2, 2, 1))).apply(IMAGE, 3.0, [0] * 5)


def test_an_image_smaller_than_the_crop_is_refused_without_a_label_for_it() -> None:
    with pytest.raises(ValueError, match="smaller than the crop"):
        transform(crop=(5, 5)).apply(IMAGE, IMAGE[..., 0], [0] * 5)
