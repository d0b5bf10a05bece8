"""Input: a blob that the caller feeds."""

from __future__ import annotations

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class Input(LayerConverter):
    """Declares blobs that the caller feeds, each of a given shape (N, C, H, W)."""

    caffe_type = "Input"
    bottoms = (0, 0)
    tops = (1, None)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return a new input for each top; a single shape holds for all of them."""
        shapes = [tuple(shape.dim) for shape in layer.parameter.input_param.shape]
        if len(shapes) not in (1, len(layer.tops)):
            raise layer.error(f"needs 1 shape or one for each of {len(layer.tops)} tops")
        shapes = shapes * len(layer.tops) if len(shapes) == 1 else shapes
        if any(size < 1 for shape in shapes for size in shape):
            raise layer.error(f"every size of a shape must be at least 1, got {shapes}")
        return [layer.input(top, shape) for top, shape in zip(layer.tops, shapes, strict=True)]

    def onnx(self, node: OnnxNode) -> None:
        """Write nothing: the blobs are inputs of the graph already."""
