"""The likeliest classes of an image, found from its scores; no TensorFlow is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from owltf.api import ImageInput, OwltfError, View, find_views


@dataclass(frozen=True)
class Guess:
    """A class that an image may belong to.

    Attributes:
        number: the class's number.
        name: its name.
        score: its probability, averaged over the views.
    """

    number: int
    name: str
    score: float


@dataclass(frozen=True)
class Prediction:
    """The likeliest classes of one image.

    Attributes:
        image: the image's path.
        guesses: the classes, the likeliest first.
    """

    image: str
    guesses: Sequence[Guess]


def prediction(
    image: str, scores: np.ndarray, names: Sequence[str], top: int, layer: str
) -> Prediction:
    """Return the likeliest classes of an image.

    Args:
        image: the image's path.
        scores: a score for each class.
        names: the classes' names.
        top: the number of classes to name.
        layer: the name of the layer that gives the scores.

    Raises:
        OwltfError: if a score is not a number.
    """
    if np.isnan(scores).any():
        raise OwltfError(
            f"{image}: layer '{layer}' gives scores that are not numbers (NaN); "
            f"the weights are not what the net was trained with"
        )
    best = np.argsort(-scores, kind="stable")[:top].tolist()
    guesses = [Guess(number, names[number], float(scores[number])) for number in best]
    return Prediction(image, guesses)


def choose_views(name: str | None, images: ImageInput) -> Sequence[View]:
    """Return the views of a name, or the centre alone if no name is given.

    Raises:
        OwltfError: if the images are no larger than the net's input, so that all views are equal.
    """
    views = find_views(name or "1")
    if any(view.place not in (None, (1, 1)) for view in views) and images.size == images.cut:
        height, width = images.size
        raise OwltfError(
            f"--views {name} cuts parts out of images, which must be larger than the "
            f"{height}x{width} that the net takes: give --resize, as --resize 256"
        )
    return views
