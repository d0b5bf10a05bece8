from __future__ import annotations

import numpy as np
import pytest
from made_shapes import message
from owltf_ssd.data.batch_sampler import check_sampler, draw_window, fits

ROWS = np.array([[1, 0, 0.2, 0.2, 0.6, 0.6, 0]], np.float32)


def test_windows_have_the_scale_and_the_ratio_that_are_asked_for() -> None:
    sampler = message("Sampler", min_scale=0.5, max_scale=0.8, min_aspect_ratio=0.5)
    sampler.max_aspect_ratio = 2
    given = message("BatchSampler", sampler=sampler, max_sample=1)
    for seed in range(50):
        window = draw_window([given], ROWS, np.random.default_rng(seed))
        assert window is not None
        width, height = window[2:] - window[:2]
        assert 0.49 < np.sqrt(width * height) < 0.81
        assert 0.49 < width / height < 2.01
        assert (window >= 0).all()
        assert (window <= 1.00001).all()


def test_an_object_must_overlap_the_window() -> None:
    constraint = message("SampleConstraint", min_jaccard_overlap=0.5)
    sampler = message("Sampler", min_scale=0.3, max_scale=1)
    given = message("BatchSampler", sampler=sampler, sample_constraint=constraint, max_sample=1)
    for seed in range(20):
        window = draw_window([given], ROWS, np.random.default_rng(seed))
        assert window is None or fits(window, ROWS, constraint)


@pytest.mark.parametrize(
    ("name", "value", "met"),
    [
        ("min_jaccard_overlap", 0.15, True),
        ("max_jaccard_overlap", 0.15, False),
        ("min_sample_coverage", 0.17, False),
        ("max_sample_coverage", 0.17, True),
        ("min_object_coverage", 1, True),
        ("max_object_coverage", 0.9, False),
    ],
)
def test_constraints(name: str, value: float, met: bool) -> None:
    assert fits(np.array([0, 0, 1, 1]), ROWS, message("SampleConstraint", **{name: value})) == met


def test_no_window() -> None:
    never = message("BatchSampler", max_trials=3)
    never.sample_constraint.min_jaccard_overlap = 0.9
    assert draw_window([never], ROWS, np.random.default_rng(0)) is None
    assert draw_window([], ROWS, np.random.default_rng(0)) is None
    not_whole = message("BatchSampler", use_original_image=False)
    assert draw_window([not_whole], ROWS, np.random.default_rng(0)) is None


def test_wrong_fields() -> None:
    assert check_sampler(message("BatchSampler")) is None
    wrong = message("BatchSampler")
    wrong.sampler.max_scale = 2
    assert "scales" in str(check_sampler(wrong))
    wrong = message("BatchSampler")
    wrong.sampler.min_aspect_ratio = 2
    assert "aspect ratios" in str(check_sampler(wrong))
