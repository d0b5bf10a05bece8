from __future__ import annotations

import numpy as np
from made_shapes import message, registry
from owltf_ssd.data.augmentation import Augmentation

ROWS = np.array([[1, 0, 0.25, 0.25, 0.5, 0.75, 0]], np.float32)


def marked() -> np.ndarray:
    """Return an image that is bright where its true box is."""
    image = np.full((40, 80, 3), 10, np.uint8)
    image[10:30, 20:40] = 250
    return image


def test_boxes_follow_their_objects() -> None:
    transform = registry().schema.message("TransformationParameter")()
    transform.expand_param.max_expand_ratio = 2
    transform.resize_param.height = transform.resize_param.width = 64
    sampler = message("BatchSampler", max_sample=1)
    sampler.sampler.min_scale = 0.6
    sampler.sample_constraint.min_object_coverage = 1
    augmentation = Augmentation(transform, (sampler,), np.zeros(3))
    found = 0
    for seed in range(20):
        image, rows = augmentation.of(marked(), ROWS, np.random.default_rng(seed))
        assert image.shape == (64, 64, 3)
        for left, top, right, bottom in rows[:, 2:6] * 64:
            found += 1
            bright = np.argwhere(image[..., 0] > 128)
            np.testing.assert_allclose(bright.min(0), [top, left], atol=3)
            np.testing.assert_allclose(bright.max(0) + 1, [bottom, right], atol=3)
    assert found > 10


def test_nothing_is_asked_for() -> None:
    transform = registry().schema.message("TransformationParameter")()
    image = marked()
    same, rows = Augmentation(transform, (), np.zeros(3)).of(image, ROWS, np.random.default_rng(0))
    assert same is image
    assert rows is ROWS
