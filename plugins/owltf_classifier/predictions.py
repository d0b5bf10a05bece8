"""Classifies images: the likeliest classes of each, with their probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from owltf.api import (
    Batch,
    BatchRunner,
    ClassScores,
    Devices,
    ImageInput,
    Net,
    OwltfError,
    View,
    find_views,
    run_views,
)


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


@dataclass(frozen=True)
class Classifier:
    """A net that is ready to classify images.

    Attributes:
        net: the net, with weights.
        devices: the devices that run it.
        scores: the probabilities of its classes.
        names: the classes' names.
        images: the steps that make image files its input.
        views: the views whose probabilities are averaged.
    """

    net: Net
    devices: Devices
    scores: ClassScores
    names: Sequence[str]
    images: ImageInput
    views: Sequence[View]

    def classify(self, batches: Iterable[Batch], top: int) -> Iterator[Prediction]:
        """Yield the prediction for each image, in order.

        Args:
            batches: batches of whole images.
            top: the number of classes to name.

        Raises:
            OwltfError: if a score is not a number.
        """
        runner = BatchRunner(self.net, {"scores": self.scores.tensor}, self.devices)
        blob, size = self.images.blob, self.images.cut
        for batch, values in run_views(runner, batches, self.views, blob=blob, size=size):
            rows = values["scores"].reshape(batch.rows, -1)
            for key, row in zip(batch.keys, rows, strict=True):
                self._check_numbers(key, row)
                yield Prediction(key, self._best(row, top))

    def _check_numbers(self, image: str, scores: np.ndarray) -> None:
        if np.isnan(scores).any():
            raise OwltfError(
                f"{image}: layer '{self.scores.layer}' gives scores that are not numbers (NaN); "
                f"the weights are not what the net was trained with"
            )

    def _best(self, scores: np.ndarray, top: int) -> list[Guess]:
        best = np.argsort(-scores, kind="stable")[:top].tolist()
        return [Guess(number, self.names[number], float(scores[number])) for number in best]


def check_scores(scores: ClassScores) -> None:
    """Raise OwltfError if a net has scores for each place of an image."""
    if any(size not in (None, 1) for size in scores.tensor.shape[:-1]):
        raise OwltfError(
            f"layer '{scores.layer}' gives scores for {scores.tensor.shape[1:-1]} places of an "
            f"image; classify needs one for the whole image"
        )


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
