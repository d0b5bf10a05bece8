"""The interface by which a converter's `onnx` method writes its layer as ONNX operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from owltf.convert.layer import UnsupportedLayerError

Shape = tuple[int, ...]


class OnnxNode(Protocol):
    """A layer that is being written to ONNX, with the methods that add operations.

    In the ONNX graph, blobs have Caffe's order (N, C, H, W); operations refer to them by name:

        def onnx(self, node):
            limit = node.constant("limit", node.parameter.shrink_param.limit)
            size = node.add("Abs", node.x, part="size")
            node.add("Max", size, limit)

    An operation added without `part` or `top` makes the layer's first top. The operations are those
    of ONNX's opset 13.
    """

    @property
    def parameter(self) -> Any:
        """The `LayerParameter`."""

    @property
    def bottoms(self) -> tuple[str, ...]:
        """The names of the layer's bottoms."""

    @property
    def tops(self) -> tuple[str, ...]:
        """The names that the layer's tops must get."""

    @property
    def blobs(self) -> tuple[np.ndarray, ...]:
        """The layer's parameter blobs, in Caffe's shapes."""

    @property
    def x(self) -> str:
        """The name of the first bottom."""

    @property
    def top(self) -> str:
        """The name of the first top."""

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
        """Return the Keras layer that `build` made; `part` is as in `layer.keras(...)`."""

    def shape_of(self, blob: str) -> Shape:
        """Return the shape of a bottom or top in Caffe's order."""

    def axis(self, axis: int) -> int:
        """Return an axis of the first bottom counted from the front."""

    def add(
        self, kind: str, *inputs: str, part: str = "", top: str | None = None, **options: Any
    ) -> str:
        """Add an operation and return the name of its result.

        Args:
            kind: the operation's name in ONNX.
            *inputs: the names of its inputs.
            part: a word for the result's name, where that is not yet a top of the layer.
            top: the result's name; the first top unless given.
            **options: its attributes; a NumPy type stands for ONNX's number of it, as in
                `node.add("Cast", node.x, to=np.float32)`.
        """

    def add_several(self, kind: str, *inputs: str, tops: Sequence[str], **options: Any) -> None:
        """Add an operation with several results, which get these names."""

    def reshape(
        self, blob: str, sizes: Sequence[int], *, part: str = "", top: str | None = None
    ) -> str:
        """Add a Reshape and return the name of its result.

        Args:
            blob: the name of its input.
            sizes: the new sizes; one may be -1, and 0 keeps the size of the same axis.
            part: a word for the result's name, where that is not yet a top of the layer.
            top: the result's name; the first top unless given.
        """

    def constant(self, part: str, values: Any, dtype: Any = np.float32) -> str:
        """Add a constant array or number and return its name, which ends in `part`."""

    def weights(self) -> list[str]:
        """Add the layer's parameter blobs and return their names."""

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for a field that ONNX cannot express, in the prototxt's own words."""


def onnx_form(converter: Any) -> Callable[[OnnxNode], None] | None:
    """Return the method that writes a converter's layers as ONNX, or None.

    The method counts only if its class is that of `build` or derived from it: a class that replaces
    `build` alone computes something else than the `onnx` it inherits.
    """
    for each in type(converter).__mro__:
        if "onnx" in vars(each):
            write: Callable[[OnnxNode], None] = converter.onnx
            return write
        if "build" in vars(each):
            return None
    return None
