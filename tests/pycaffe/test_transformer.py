"""The transformer: images into a net's input, and back; what does not fit is refused."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.pycaffe.images import resize_image
from owltf.pycaffe.transformer import Transformer

IMAGE = np.random.default_rng(0).uniform(size=(4, 5, 3)).astype(np.float32)
MEAN = np.array([104.0, 117.0, 123.0])


@pytest.fixture
def transformer() -> Transformer:
    made = Transformer({"data": (10, 3, 4, 5)})
    made.set_transpose("data", (2, 0, 1))
    made.set_mean("data", MEAN)
    made.set_raw_scale("data", 255)
    made.set_channel_swap("data", (2, 1, 0))
    made.set_input_scale("data", 0.5)
    return made


def test_all_steps_and_back(transformer: Transformer) -> None:
    ready = transformer.preprocess("data", IMAGE)
    wanted = 0.5 * (255 * IMAGE[:, :, ::-1] - MEAN)
    np.testing.assert_allclose(ready, wanted.transpose(2, 0, 1), rtol=1e-4, atol=1e-4)
    assert ready.dtype == np.float32
    np.testing.assert_allclose(transformer.deprocess("data", ready), IMAGE, atol=1e-5)


def test_other_sizes_are_resized(transformer: Transformer) -> None:
    larger = np.random.default_rng(0).uniform(size=(8, 10, 3)).astype(np.float32)
    ready = transformer.preprocess("data", larger)
    same = transformer.preprocess("data", resize_image(larger, (4, 5)))
    np.testing.assert_allclose(ready, same)


def test_nothing_set_changes_nothing() -> None:
    assert np.array_equal(Transformer({"x": (1, 4, 4, 5)}).preprocess("x", IMAGE), IMAGE)


def test_what_does_not_fit(transformer: Transformer) -> None:
    with pytest.raises(Exception, match=r"date is not one of the net inputs.*'data'"):
        transformer.preprocess("date", IMAGE)
    with pytest.raises(Exception, match="Transpose order"):
        transformer.set_transpose("data", (1, 0))
    with pytest.raises(Exception, match="Channel swap"):
        transformer.set_channel_swap("data", (1, 0))
    with pytest.raises(ValueError, match="Mean channels"):
        transformer.set_mean("data", MEAN[:2])
    with pytest.raises(ValueError, match="Mean shape"):
        transformer.set_mean("data", np.zeros((1, 3, 4, 5)))


def test_a_mean_image_is_resized(transformer: Transformer) -> None:
    transformer.set_mean("data", np.broadcast_to(MEAN[:, None, None], (3, 8, 10)))
    assert transformer.mean["data"].shape == (3, 4, 5)
    grey = Transformer({"x": (1, 1, 4, 5)})
    grey.set_mean("x", np.ones((4, 5)))
    assert grey.mean["x"].shape == (1, 4, 5)
