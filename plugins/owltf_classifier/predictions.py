"""Classifies images: the likeliest classes of each, with their probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from owltf.api import (
    Batch,
    BatchRunner,
    ClassScores,
    Devices,
    ImageInput,
    Net,
    OwltfError,
    View,
    run_views,
)
from owltf_classifier.prediction import Prediction, prediction


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
                yield prediction(key, row, self.names, top, self.scores.layer)


def check_scores(scores: ClassScores) -> None:
    """Raise OwltfError if a net has scores for each place of an image."""
    if any(size not in (None, 1) for size in scores.tensor.shape[:-1]):
        raise OwltfError(
            f"layer '{scores.layer}' gives scores for {scores.tensor.shape[1:-1]} places of an "
            f"image; classify needs one for the whole image"
        )
