"""What a layer is written as ONNX by: its converter's `onnx` method, and what that is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from owltf.convert.layer import UnsupportedLayerError

Shape = tuple[int, ...]


class OnnxNode(Protocol):
    """One layer on its way into an ONNX graph, and what adds operations for it.

    Blobs lie in Caffe's order (N, C, H, W) there, and are known by their names:

        def onnx(self, node):
            limit = node.constant("limit", node.parameter.shrink_param.limit)
            size = node.add("Abs", node.x, part="size")
            node.add("Max", size, limit)

    What is added without a `part` or a `top` is the layer's first top. The operations are those of
    ONNX's opset 13.
    """

    @property
    def parameter(self) -> Any:
        """The `LayerParameter`."""

    @property
    def bottoms(self) -> tuple[str, ...]:
        """The names of the layer's bottoms."""

    @property
    def tops(self) -> tuple[str, ...]:
        """The names that its tops must get."""

    @property
    def blobs(self) -> tuple[np.ndarray, ...]:
        """Its parameter blobs, in Caffe's shapes."""

    @property
    def x(self) -> str:
        """The first bottom."""

    @property
    def top(self) -> str:
        """The first top."""

    @property
    def shape(self) -> Shape:
        """The first bottom's shape in Caffe's order."""

    @property
    def top_shape(self) -> Shape:
        """The first top's shape in Caffe's order."""

    @property
    def config(self) -> dict[str, Any]:
        """The arguments of the Keras layer that `build` made by `layer.keras(...)`."""

    def keras(self, part: str = "") -> Any:
        """Return the Keras layer that `build` made; `part` is the word that tells several apart."""

    def shape_of(self, blob: str) -> Shape:
        """Return the shape of a bottom or top in Caffe's order."""

    def axis(self, axis: int) -> int:
        """Return an axis of the first bottom counted from the front."""

    def add(
        self, kind: str, *inputs: str, part: str = "", top: str | None = None, **options: Any
    ) -> str:
        """Add an operation and return the name of what it gives.

        Args:
            kind: ONNX's operation.
            *inputs: the names of what it takes.
            part: a word for what is not yet the layer's top.
            top: the name of what it gives; the first top unless given.
            **options: its attributes; a NumPy type stands for ONNX's number of it, as in
                `node.add("Cast", node.x, to=np.float32)`.
        """

    def add_several(self, kind: str, *inputs: str, tops: Sequence[str], **options: Any) -> None:
        """Add an operation that gives several blobs, under these names."""

    def reshape(
        self, blob: str, sizes: Sequence[int], *, part: str = "", top: str | None = None
    ) -> str:
        """Add a Reshape and return the name of what it gives.

        Args:
            blob: the name of what is reshaped.
            sizes: the new sizes; one may be -1, and 0 keeps the size of the same axis.
            part: a word for what is not yet the layer's top.
            top: the name of what it gives; the first top unless given.
        """

    def constant(self, part: str, values: Any, dtype: Any = np.float32) -> str:
        """Add numbers, or one number, and return their name; `part` is a word for them."""

    def weights(self) -> list[str]:
        """Add the layer's parameter blobs and return their names."""

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for a field that ONNX has no form of, in the prototxt's own words."""


def onnx_form(converter: Any) -> Callable[[OnnxNode], None] | None:
    """Return what writes the layers of a converter as ONNX, or None.

    An `onnx` method is of the same class as `build` or of one derived from it: a class that
    replaces `build` alone computes something else than the method it inherits says.
    """
    for each in type(converter).__mro__:
        if "onnx" in vars(each):
            write: Callable[[OnnxNode], None] = converter.onnx
            return write
        if "build" in vars(each):
            return None
    return None
