"""Varies one image and its true boxes as AnnotatedData's fields say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf_ssd.data.batch_sampler import draw_window
from owltf_ssd.data.distortion import distort
from owltf_ssd.data.expansion import expand
from owltf_ssd.data.noise import add_noise
from owltf_ssd.data.resize import resize
from owltf_ssd.data.true_boxes import Rows, seen_through


@dataclass(frozen=True)
class Augmentation:
    """Colours, expansion, a part of the image, another size, then noise, in Caffe's order.

    Attributes:
        transform: the layer's `transform_param`.
        samplers: its `batch_sampler` messages.
        mean: the mean colour, (C,).
    """

    transform: Any
    samplers: tuple[Any, ...]
    mean: Any

    def of(self, image: Any, rows: Rows, draw: np.random.Generator) -> tuple[Any, Rows]:
        """Return an image (H, W, C) and its true boxes, varied.

        Args:
            image: the image.
            rows: its true boxes.
            draw: what is drawn from.
        """
        transform = self.transform
        if transform.HasField("distort_param") and image.shape[2] == 3:
            image = distort(image, transform.distort_param, draw)
        if transform.HasField("expand_param"):
            image, window = expand(image, transform.expand_param, self.mean, draw)
            rows = self._seen(rows, window)
        image, rows = self._sampled(image, rows, draw)
        if transform.HasField("resize_param"):
            image, window = resize(image, transform.resize_param, draw)
            rows = self._seen(rows, window)
        if transform.HasField("noise_param"):
            image = add_noise(image, transform.noise_param, draw)
        return image, rows

    def _sampled(self, image: Any, rows: Rows, draw: np.random.Generator) -> tuple[Any, Rows]:
        window = draw_window(self.samplers, rows, draw)
        if window is None:
            return image, rows
        window = np.clip(window, 0, 1)
        height, width = image.shape[:2]
        low = (window[:2] * [width, height]).astype(int)
        size = np.maximum(((window[2:] - window[:2]) * [width, height]).astype(int), 1)
        (left, top), (right, bottom) = low, low + size
        return image[top:bottom, left:right], self._seen(rows, window)

    def _seen(self, rows: Rows, window: Any) -> Rows:
        has_emit = self.transform.HasField("emit_constraint")
        emit = self.transform.emit_constraint if has_emit else None
        return seen_through(rows, window, emit)
