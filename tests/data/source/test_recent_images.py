from __future__ import annotations

import numpy as np
import pytest

from owltf.data.source.recent_images import RecentImages


@pytest.fixture
def decoded():
    return []


@pytest.fixture
def recent(decoded):
    def decode(name):
        decoded.append(name)
        if name == "bad":
            raise ValueError("cannot be decoded as an image")
        return np.full((len(name), 10, 1), ord(name[0]), np.uint8)

    return RecentImages(decode, 25)


def test_the_last_ones_are_not_decoded_again(recent, decoded):
    for name in ("a", "b", "a", "c", "a", "b"):
        assert recent.image(name)[0, 0, 0] == ord(name)
    assert decoded == ["a", "b", "c", "b"]


def test_a_large_image_pushes_no_others_out(recent, decoded):
    for name in ("a", "large", "a"):
        recent.image(name)
    assert decoded == ["a", "large"]


def test_what_cannot_be_decoded_is_tried_again(recent, decoded):
    for _ in range(2):
        with pytest.raises(ValueError, match="cannot be decoded"):
            recent.image("bad")
    assert decoded == ["bad", "bad"]
