"""Classifies images by a form of the net that another engine computes, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from owltf.api import Engine, ImageFile, ImageInput, KeptForm, OwltfError, View, check_stopped
from owltf_classifier.prediction import Prediction, prediction

Skip = Callable[[OwltfError], object]


@dataclass(frozen=True)
class FormClassifier:
    """A form that is ready to classify images.

    Attributes:
        engine: what computes it.
        form: the form, with what `about_form` says of it.
        names: the classes' names.
        images: the steps that make image files its input.
        views: the views whose probabilities are averaged.
    """

    engine: Engine
    form: KeptForm
    names: Sequence[str]
    images: ImageInput
    views: Sequence[View]

    def classify(
        self, files: Iterable[ImageFile], top: int, skip: Skip | None
    ) -> Iterator[Prediction]:
        """Yield the prediction for each image, in order.

        Args:
            files: the image files.
            top: the number of classes to name.
            skip: called with the error of a file that cannot be read, which is then left out.

        Raises:
            OwltfError: if a file cannot be read, or a score is not a number.
        """
        about, run = self.form.about, self.engine.open(self.form.model)
        images = self._readable(files, skip)
        while group := list(islice(images, about["batch"])):
            sums = sum(self._scores(run, [image for _, image in group], v) for v in self.views)
            for (file, _), row in zip(group, sums / np.float32(len(self.views)), strict=True):
                yield prediction(str(file.path), row, self.names, top, about["layer"])

    def _readable(self, files: Iterable[ImageFile], skip: Skip | None) -> Iterator[Any]:
        for file in files:
            check_stopped()
            try:
                yield file, self.images.read(file.path)
            except OwltfError as error:
                if skip is None:
                    raise
                skip(error)

    def _scores(self, run: Any, images: Sequence[np.ndarray], view: View) -> Any:
        """Return a row of probabilities for each image, seen in a view."""
        about, rows = self.form.about, len(images)
        cut = np.asarray(view.cut(np.stack(images), self.images.cut), np.float32)
        arrays = {name: np.zeros(shape, np.float32) for name, shape in about["inputs"].items()}
        if about["open"]:
            arrays = {name: array[:rows] for name, array in arrays.items()}
        arrays[self.images.blob] = _filled(cut, arrays[self.images.blob].shape[0])
        scores = np.moveaxis(run(arrays)[about["blob"]], about["axis"], -1)[:rows]
        return (_softmax(scores) if about["softmax"] else scores).reshape(rows, -1)


def about_form(net: Any, scores: Any, blob: str) -> Mapping[str, Any]:
    """Return what must be known of a net to classify by its form, as JSON can hold it.

    Args:
        net: the net.
        scores: its `ClassScores`.
        blob: the input that takes images.
    """
    # It brings TensorFlow, which answers by a form do without.
    from owltf.api import has_open_batch

    shapes = {name: list(each.shape) for name, each in net.input_blobs.items()}
    return {
        "title": f"classify {net.name}",
        "inputs": shapes,
        "image": blob,
        "batch": shapes[blob][0],
        "open": has_open_batch(net),
        "layer": scores.layer,
        "blob": scores.blob,
        "axis": scores.axis,
        "softmax": scores.softmax,
        "classes": scores.classes,
    }


def _filled(images: np.ndarray, rows: int) -> np.ndarray:
    """Return images with others of zeros behind them, as many as the form takes at once."""
    missing = np.zeros((rows - len(images), *images.shape[1:]), np.float32)
    return np.ascontiguousarray(np.concatenate([images, missing]) if len(missing) else images)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))
