"""Classifier: a net that tells the classes of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.pycaffe.images import oversample as oversampled, resize_image
from owltf.pycaffe.net import Net
from owltf.pycaffe.settings import PHASES
from owltf.pycaffe.transformer import Transformer

_TEST = PHASES.index("TEST")
_VIEWS = 10


class ImageNet(Net):
    """A net whose first input is images, each transformed as its arguments say."""

    def __init__(self, model_file: str, pretrained_file: str, **steps: Any) -> None:
        super().__init__(model_file, _TEST, weights=pretrained_file)
        name = self.inputs[0]
        self.transformer = Transformer({name: self.blobs[name].shape})
        self.transformer.set_transpose(name, (2, 0, 1))
        _set_steps(self.transformer, name, steps)

    def _predictions(self, images: Any) -> npt.NDArray[np.float32]:
        """Return the first output for images (H, W, C)."""
        name = self.inputs[0]
        ready: Any = np.asarray([self.transformer.preprocess(name, each) for each in images])
        found: Any = self.forward_all(None, **{name: ready})
        return np.asarray(found[self.outputs[0]])


def _set_steps(transformer: Transformer, name: str, steps: Mapping[str, Any]) -> None:
    for step, value in steps.items():
        if value is not None:
            getattr(transformer, f"set_{step}")(name, value)


class Classifier(ImageNet):
    """A net that tells the classes of images.

    Args:
        model_file: the prototxt.
        pretrained_file: the weights.
        image_dims: the height and width that images are resized to before crops are taken of them;
            the net's own unless given.
        mean: what is subtracted: a value for each channel, or an image (C, H, W).
        input_scale: what values are multiplied by after that.
        raw_scale: what values are multiplied by before that, 255 for most nets.
        channel_swap: the order of the channels, (2, 1, 0) for most nets.
    """

    def __init__(
        self,
        model_file: str,
        pretrained_file: str,
        image_dims: Sequence[int] | None = None,
        mean: Any = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
    ) -> None:
        steps = {"mean": mean, "input_scale": input_scale, "raw_scale": raw_scale}
        super().__init__(model_file, pretrained_file, **steps, channel_swap=channel_swap)
        self.crop_dims: Any = np.array(self.blobs[self.inputs[0]].shape[2:])
        self.image_dims: Any = self.crop_dims if image_dims is None else image_dims

    def predict(self, inputs: Sequence[Any], oversample: bool = True) -> npt.NDArray[np.float32]:
        """Return the probability of each class, (N, classes).

        Args:
            inputs: N images (H, W, C).
            oversample: take the mean over ten crops: corners, centre, and each of them mirrored.
        """
        images: Any = np.stack([resize_image(image, self.image_dims) for image in inputs])
        if not oversample:
            return self._predictions(self._centres(images))
        found = self._predictions(oversampled(images, self.crop_dims))
        return np.asarray(found.reshape(len(found) // _VIEWS, _VIEWS, -1).mean(1))

    def _centres(self, images: Any) -> Any:
        (height, width), (_, high, wide, _) = self.crop_dims, images.shape
        y, x = int((high - height) / 2), int((wide - width) / 2)
        return images[:, y : y + height, x : x + width]
