"""The likeliest classes of an image."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_classifier.prediction import Guess, prediction

from owltf.api import OwltfError

NAMES = ["ant", "bee", "cat"]


def test_the_best_come_first() -> None:
    found = prediction("a.png", np.array([0.25, 0.5, 0.25]), NAMES, 2, "prob")
    assert found.image == "a.png"
    assert found.guesses == [Guess(1, "bee", 0.5), Guess(0, "ant", 0.25)]


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(OwltfError, match="a.png: layer 'prob' gives scores that are not numbers"):
        prediction("a.png", np.array([0.5, np.nan, 0.5]), NAMES, 2, "prob")
