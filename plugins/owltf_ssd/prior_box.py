"""PriorBox: the default boxes that SSD's predictions start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import keras
import numpy as np

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall

SOURCE = '''
class Constant(layers.Layer):
    """A blob that depends on no input."""

    def __init__(self, values, **kwargs):
        super().__init__(**kwargs)
        self.values = np.array(values, "float32")

    def call(self, inputs):
        return ops.convert_to_tensor(self.values)
'''


@dataclass(frozen=True)
class PriorBoxes:
    """The boxes of one PriorBox layer.

    Attributes:
        shapes: width and height of the boxes at each place, in pixels.
        variance: the four variances.
        step: the distance of places, height and width; 0 computes it from the sizes.
        offset: where in its step a place's centre is.
        clip: whether boxes are cut at the image's border.
        image: height and width of the image; 0 takes those of the second bottom.
    """

    shapes: tuple[tuple[float, float], ...]
    variance: tuple[float, ...]
    step: tuple[float, float]
    offset: float
    clip: bool
    image: tuple[int, int]

    @classmethod
    def of(cls, param: Any) -> PriorBoxes:
        """Return the boxes of a `PriorBoxParameter`."""
        variance = tuple(param.variance) or (0.1,)
        return cls(
            tuple(_shapes(param)),
            variance * 4 if len(variance) == 1 else variance,
            (param.step_h or param.step, param.step_w or param.step),
            param.offset,
            param.clip,
            (param.img_h or param.img_size, param.img_w or param.img_size),
        )

    def boxes(self, places: Sequence[int], image: Sequence[int]) -> np.ndarray:
        """Return boxes and variances, (1, 2, H * W * boxes * 4).

        Args:
            places: height and width of the first bottom.
            image: height and width of the second.
        """
        sizes = np.array([own or given for own, given in zip(self.image, image, strict=True)])
        steps = [step or size / n for step, size, n in zip(self.step, sizes, places, strict=True)]
        centers = [
            (np.arange(n) + self.offset) * step for n, step in zip(places, steps, strict=True)
        ]
        y, x = np.meshgrid(*centers, indexing="ij")
        half = np.array(self.shapes) / 2
        center = np.stack([x, y], -1)[:, :, None]
        corners = np.concatenate([center - half, center + half], -1) / np.tile(sizes[::-1], 2)
        boxes = corners.reshape(-1) if not self.clip else np.clip(corners, 0, 1).reshape(-1)
        return np.stack([boxes, np.tile(self.variance, boxes.size // 4)])[None].astype(np.float32)


def _shapes(param: Any) -> Iterator[tuple[float, float]]:
    ratios = _ratios(param)
    for index, size in enumerate(param.min_size):
        yield size, size
        if param.max_size:
            side = sqrt(size * param.max_size[index])
            yield side, side
        yield from ((size * sqrt(ratio), size / sqrt(ratio)) for ratio in ratios)


def _ratios(param: Any) -> list[float]:
    """Return the aspect ratios but 1, each once, with their inverses if `flip` says so."""
    ratios = [1.0]
    for ratio in param.aspect_ratio:
        if all(abs(ratio - known) >= 1e-6 for known in ratios):
            ratios += [ratio, 1 / ratio] if param.flip else [ratio]
    return ratios[1:]


@keras.saving.register_keras_serializable("owltf_ssd")
class Constant(keras.layers.Layer):
    """A blob that depends on no input's values.

    Args:
        values: its values, with its shape.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, values: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.values = np.asarray(values, np.float32)

    def call(self, inputs: Any) -> Any:
        """Return the values."""
        return keras.ops.convert_to_tensor(self.values)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "values": self.values.tolist()}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        return call.layer_call("Constant", self.values.tolist(), x=call.inputs[0])


class PriorBox(LayerConverter):
    """The default boxes at each place of the first bottom, in parts of the second, an image."""

    caffe_type = "PriorBox"
    bottoms = (2, 2)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return boxes and their variances, (1, 2, H * W * boxes * 4).

        Raises:
            OwltfError: if the fields do not fit each other.
        """
        first, image = bottoms
        param = layer.parameter.prior_box_param
        _check(layer, param)
        values = PriorBoxes.of(param).boxes(first.shape[2:], image.shape[2:])
        return first.plain(layer.keras(Constant, values=values.tolist())(first.tensor), 1)

    def onnx(self, node: OnnxNode) -> None:
        """Write Identity of a constant."""
        boxes = PriorBoxes.of(node.parameter.prior_box_param)
        sizes = (node.shape_of(bottom)[2:] for bottom in node.bottoms)
        node.add("Identity", node.constant("boxes", boxes.boxes(*sizes)))

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return False: the boxes are the same for any batch."""
        return False


def _check(layer: Layer, param: Any) -> None:
    if not param.min_size or min(param.min_size) <= 0:
        raise layer.error("needs a min_size above 0")
    if param.max_size and len(param.max_size) != len(param.min_size):
        raise layer.error(
            f"needs a max_size for each min_size: {len(param.min_size)}, {len(param.max_size)}"
        )
    if any(big <= small for small, big in zip(param.min_size, param.max_size, strict=False)):
        raise layer.error("max_size must be above min_size")
    if len(param.variance) not in (0, 1, 4):
        raise layer.error(f"needs one or four variances, got {len(param.variance)}")
    if param.reduce_boxes:
        raise layer.unsupported("reduce_boxes: true")
