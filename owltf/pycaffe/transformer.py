"""Transformer: makes a net's input of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.did_you_mean import did_you_mean
from owltf.pycaffe.images import resize_image

Array = npt.NDArray[Any]
_IMAGE_AXES = 3


class Transformer:
    """Transforms images (H, W, C) into the input of a net, and back.

    Args:
        inputs: the shape (N, C, H, W) of each input by name.

    Attributes:
        inputs: they.
        transpose: the order of the axes, by input; as the others, only where it was set.
        channel_swap: the order of the channels.
        raw_scale: what values are multiplied by before the mean is subtracted.
        mean: what is subtracted.
        input_scale: what values are multiplied by after that.
    """

    def __init__(self, inputs: Mapping[str, Sequence[int]]) -> None:
        self.inputs = {name: tuple(shape) for name, shape in inputs.items()}
        self.transpose: dict[str, Sequence[int]] = {}
        self.channel_swap: dict[str, Sequence[int]] = {}
        self.raw_scale: dict[str, float] = {}
        self.mean: dict[str, Array] = {}
        self.input_scale: dict[str, float] = {}

    def _shape(self, in_: str) -> tuple[int, ...]:
        if in_ not in self.inputs:
            raise Exception(
                f"{in_} is not one of the net inputs: {did_you_mean(str(in_), self.inputs)}"
            )
        return self.inputs[in_]

    def preprocess(self, in_: str, data: Any) -> Array:
        """Return an image as the input of a net, float32.

        It is resized, its axes are transposed, its channels swapped, its values scaled, the mean
        subtracted, and scaled again; whatever of this was set.

        Args:
            in_: the input's name.
            data: the image, (H, W, C).
        """
        size, image = self._shape(in_)[2:], np.asarray(data).astype(np.float32)
        if image.shape[:2] != size:
            image = resize_image(image, size)
        if in_ in self.transpose:
            image = image.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            image = image[list(self.channel_swap[in_])]
        if in_ in self.raw_scale:
            image = image * np.float32(self.raw_scale[in_])
        if in_ in self.mean:
            image = (image - self.mean[in_]).astype(np.float32)
        return image * np.float32(self.input_scale.get(in_, 1))

    def deprocess(self, in_: str, data: Any) -> Array:
        """Return the image that a net's input was made of, in the size of the input."""
        self._shape(in_)
        image = np.array(data).squeeze() / self.input_scale.get(in_, 1)
        image = (image + self.mean.get(in_, 0)) / self.raw_scale.get(in_, 1)
        if in_ in self.channel_swap:
            image = image[np.argsort(self.channel_swap[in_])]
        if in_ in self.transpose:
            image = image.transpose(np.argsort(self.transpose[in_]))
        return image

    def set_transpose(self, in_: str, order: Sequence[int]) -> None:
        """Set the order of the axes: (2, 0, 1) makes (C, H, W) of (H, W, C)."""
        if len(order) != len(self._shape(in_)) - 1:
            raise Exception(
                "Transpose order needs to have the same number of dimensions as the input."
            )
        self.transpose[in_] = tuple(order)

    def set_channel_swap(self, in_: str, order: Sequence[int]) -> None:
        """Set the order of the channels: (2, 1, 0) makes BGR of RGB."""
        if len(order) != self._shape(in_)[1]:
            raise Exception(
                "Channel swap needs to have the same number of dimensions as the input channels."
            )
        self.channel_swap[in_] = tuple(order)

    def set_raw_scale(self, in_: str, scale: float) -> None:
        """Set what values are multiplied by before the mean is subtracted, such as 255."""
        self._shape(in_)
        self.raw_scale[in_] = scale

    def set_mean(self, in_: str, mean: Any) -> None:
        """Set the mean that is subtracted.

        Args:
            in_: the input's name.
            mean: one value for each channel, or an image (C, H, W), which is resized to the input.

        Raises:
            ValueError: if it has another number of channels or of axes.
        """
        shape, mean = self._shape(in_)[1:], np.asarray(mean)
        if mean.ndim == 1:
            if len(mean) != shape[0]:
                raise ValueError("Mean channels incompatible with input.")
            mean = mean[:, np.newaxis, np.newaxis]
        else:
            mean = mean[np.newaxis] if mean.ndim == _IMAGE_AXES - 1 else mean
            if mean.ndim != _IMAGE_AXES:
                raise ValueError("Mean shape invalid")
            if mean.shape[0] not in (1, shape[0]):
                raise ValueError("Mean channels incompatible with input.")
            if mean.shape != shape:
                mean = resize_image(mean.transpose(1, 2, 0), shape[1:]).transpose(2, 0, 1)
        self.mean[in_] = mean

    def set_input_scale(self, in_: str, scale: float) -> None:
        """Set what values are multiplied by after the mean is subtracted."""
        self._shape(in_)
        self.input_scale[in_] = scale
