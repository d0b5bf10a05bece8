from __future__ import annotations

import numpy as np
from made_shapes import message
from owltf_ssd.data.distortion import check_distortion, distort

IMAGE = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)


def distorted(seed: int = 1, **fields: float) -> np.ndarray:
    image: np.ndarray = distort(
        IMAGE, message("DistortionParameter", **fields), np.random.default_rng(seed)
    )
    return image


def test_nothing_unless_asked_for() -> None:
    np.testing.assert_array_equal(distorted(), IMAGE)


def test_brightness_is_added() -> None:
    inner = (IMAGE > 40) & (IMAGE < 210)
    change = (distorted(brightness_prob=1, brightness_delta=30).astype(int) - IMAGE)[inner]
    assert len(set(change.tolist())) == 1
    assert 0 < abs(change[0]) <= 30


def test_contrast_is_multiplied() -> None:
    found = distorted(contrast_prob=1, contrast_lower=0.5, contrast_upper=0.5)
    np.testing.assert_array_equal(found, np.rint(IMAGE * np.float32(0.5)))


def test_without_saturation_all_is_grey() -> None:
    found = distorted(saturation_prob=1, saturation_lower=0, saturation_upper=0)
    np.testing.assert_array_equal(found, IMAGE.max(2)[..., None].repeat(3, 2))


def test_hues_go_round() -> None:
    found = distorted(hue_prob=1, hue_delta=18)
    assert (found != IMAGE).any()
    np.testing.assert_allclose(found.max(2), IMAGE.max(2), atol=1)


def test_channels_change_places() -> None:
    found = distorted(random_order_prob=1)
    assert any(
        (found == IMAGE[..., order]).all()
        for order in ([0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0])
    )


def test_wrong_fields() -> None:
    assert check_distortion(message("DistortionParameter")) is None
    wrong = message("DistortionParameter", contrast_prob=0.5, contrast_lower=2, contrast_upper=1)
    assert "contrast_lower" in str(check_distortion(wrong))
