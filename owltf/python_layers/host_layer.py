"""HostLayer: runs one Python layer of a net on NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from owltf.errors import OwltfError
from owltf.python_layers.blob import Array, Blob
from owltf.python_layers.shim import PHASES
from owltf.python_layers.user_code import UserCode

# The number of a pass goes through TensorFlow as a float32, exact for whole numbers up to this.
_MOST_PASSES = 2**24


@dataclass
class HostLayer:
    """Runs a Python layer on arrays in Caffe's order.

    Attributes:
        code: the user's modules.
        parameter: the `LayerParameter`.
        phase: "TRAIN" or "TEST".
        shapes: the bottoms' shapes.
        title: the layer's description in errors.
    """

    code: UserCode
    parameter: Any
    phase: str
    shapes: Sequence[tuple[int, ...]]
    title: str
    _layer: Any = field(init=False)
    _bottoms: tuple[Blob, ...] = field(init=False)
    _tops: tuple[Blob, ...] = field(init=False)
    _passes: int = 0

    def __post_init__(self) -> None:
        self._bottoms = tuple(Blob(*shape) for shape in self.shapes)
        in_place = dict(zip(self.parameter.bottom, self._bottoms, strict=True))
        self._tops = tuple(in_place.get(name) or Blob() for name in self.parameter.top)
        self._layer = self._make_layer()
        self._call("setup", self._bottoms, self._tops)
        self._call("reshape", self._bottoms, self._tops)
        for blob in self.blobs:
            blob.freeze()

    def twin(self) -> HostLayer:
        """Return another layer of the same class, which shares no state with this one."""
        return HostLayer(self.code, self.parameter, self.phase, self.shapes, self.title)

    @property
    def script_layer(self) -> Any:
        """The object of the user's class."""
        return self._layer

    @property
    def blobs(self) -> Sequence[Blob]:
        """The parameter blobs."""
        return tuple(getattr(self._layer, "blobs", ()))

    @property
    def top_shapes(self) -> list[tuple[int, ...]]:
        """The tops' shapes after the last `reshape`."""
        return [top.shape for top in self._tops]

    def forward(self, bottoms: Sequence[Array], params: Sequence[Array]) -> tuple[list[Array], int]:
        """Return the tops, and the number of this pass for `backward`.

        Args:
            bottoms: the bottoms.
            params: the parameter blobs.
        """
        for blob, array in zip((*self._bottoms, *self.blobs), (*bottoms, *params), strict=True):
            blob.fill(array)
        self._call("reshape", self._bottoms, self._tops)
        self._call("forward", self._bottoms, self._tops)
        self._passes = (self._passes + 1) % _MOST_PASSES
        return [top.data.copy() for top in self._tops], self._passes

    def backward(
        self,
        number: int,
        bottoms: Sequence[Array],
        params: Sequence[Array],
        top_grads: Sequence[Array],
        propagate_down: Sequence[bool],
    ) -> list[Array]:
        """Return the gradients of the bottoms and then of the parameter blobs.

        Args:
            number: the number of the forward pass. The layer may have kept values of it for
                `backward`, so it is computed again if another pass has been since.
            bottoms: the bottoms of that pass.
            params: the parameter blobs of that pass.
            top_grads: the tops' gradients.
            propagate_down: whether each bottom's gradient is wanted.
        """
        if number != self._passes:
            self.forward(bottoms, params)
        for blob in (*self._bottoms, *self.blobs):
            blob.diff[...] = 0
        for blob, grad in zip(self._tops, top_grads, strict=True):
            blob.diff[...] = grad
        self._call("backward", self._tops, list(propagate_down), self._bottoms)
        return [blob.diff.copy() for blob in (*self._bottoms, *self.blobs)]

    def _make_layer(self) -> Any:
        param = self.parameter.python_param
        with self._named_errors():
            kind = self.code.find(param.module, param.layer)
            with self.code.errors(f"making a {param.layer}"), self.code.visible():
                layer = kind(self.parameter)
        layer.param_str, layer.phase = param.param_str, PHASES[self.phase]
        return layer

    def _call(self, method: str, *args: Any) -> None:
        param = self.parameter.python_param
        what = f"{param.module}.{param.layer}.{method}"
        with self._named_errors(), self.code.errors(what), self.code.visible():
            getattr(self._layer, method)(*args)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except OwltfError as error:
            raise OwltfError(f"{self.title}: {error}") from error
