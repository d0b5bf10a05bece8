"""Detector: a net that tells the classes of windows of images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.pycaffe.classifier import ImageNet
from owltf.pycaffe.images import load_image, resize_image

Array = npt.NDArray[Any]


class Detector(ImageNet):
    """A net that tells the classes of windows of images, each warped to the net's size.

    Args:
        model_file: the prototxt.
        pretrained_file: the weights.
        mean: what is subtracted: a value for each channel, or an image (C, H, W).
        input_scale: what values are multiplied by after that.
        raw_scale: what values are multiplied by before that, 255 for most nets.
        channel_swap: the order of the channels, (2, 1, 0) for most nets.
        context_pad: pixels of the net's input, on each side, that show what is around a window.
    """

    def __init__(
        self,
        model_file: str,
        pretrained_file: str,
        mean: Any = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
        context_pad: int | None = None,
    ) -> None:
        steps = {"mean": mean, "input_scale": input_scale, "raw_scale": raw_scale}
        super().__init__(model_file, pretrained_file, **steps, channel_swap=channel_swap)
        self.configure_crop(context_pad)

    def detect_windows(self, images_windows: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
        """Return what is in windows of image files.

        Args:
            images_windows: each file with its windows: ymin, xmin, ymax, xmax.

        Returns:
            A dict for each window, with its `window`, `prediction` and `filename`.
        """
        found, crops = [], []
        for file, windows in images_windows:
            image = load_image(file)
            for window in windows:
                crops.append(self.crop(image, np.asarray(window)))
                found.append({"window": window, "filename": file})
        predictions = self._predictions(crops)
        return [{**each, "prediction": row} for each, row in zip(found, predictions, strict=True)]

    def detect_selective_search(self, image_fnames: Iterable[str]) -> list[dict[str, Any]]:
        """Return what is in the windows that selective search proposes.

        Raises:
            ImportError: if `selective_search_ijcv_with_python`, which proposes them, is absent.
        """
        import selective_search_ijcv_with_python as selective_search

        files = [str(Path(file).absolute()) for file in image_fnames]
        windows = selective_search.get_windows(files)
        return self.detect_windows(zip(files, windows, strict=True))

    def configure_crop(self, context_pad: int | None) -> None:
        """Set how many pixels around a window are shown; the mean fills what is not the image's."""
        name = self.inputs[0]
        self.context_pad = context_pad
        channels, height, width = self.blobs[name].shape[1:]
        self.crop_dims = np.array([height, width, channels])
        mean = self.transformer.mean.get(name)
        if not context_pad or mean is None:
            self.crop_mean = np.zeros(self.crop_dims, np.float32)
            return
        whole = np.broadcast_to(mean, (channels, height, width)).transpose(1, 2, 0)
        swap = self.transformer.channel_swap.get(name)
        whole = whole if swap is None else whole[:, :, np.argsort(swap)]
        self.crop_mean = whole / (self.transformer.raw_scale.get(name) or 1)

    def crop(self, im: Array, window: Array) -> Array:
        """Return a window of an image, with what is around it if `context_pad` is set.

        Args:
            im: (H, W, C).
            window: ymin, xmin, ymax, xmax.
        """
        if not self.context_pad:
            return im[window[0] : window[2], window[1] : window[3]]
        size = int(self.blobs[self.inputs[0]].width)
        box = self._with_context(window, size)
        scale = size / (box[2:] - box[:2] + 1.0)
        before = np.round(np.maximum(0, -box[:2]) * scale).astype(int)
        inside = np.clip(box, 0, np.tile(im.shape[:2], 2)).astype(int)
        kept = inside[2:] - inside[:2] + 1
        if kept.min() < 1:
            raise ValueError(f"window {window.tolist()} does not lie in the image")
        height, width = np.minimum(np.round(kept * scale).astype(int), size - before)
        part = im[inside[0] : inside[2], inside[1] : inside[3]]
        whole = np.array(self.crop_mean, np.float32)
        y, x = before
        whole[y : y + height, x : x + width] = resize_image(part, (height, width))
        return whole

    def _with_context(self, window: Array, size: int) -> Array:
        """Return a window that is larger by what is shown around it."""
        scale = size / (1.0 * size - 2 * (self.context_pad or 0))
        half = (window[2:] - window[:2] + 1) / 2.0
        centre = window[:2] + half
        return np.round(np.concatenate([centre - scale * half, centre + scale * half]))
