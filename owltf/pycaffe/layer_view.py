"""LayerView: a layer of a net as pycaffe shows it, with its type and parameter blobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from owltf.pycaffe.blob import Blob

_OWN = ("type", "blobs", "_script_layer")


class LayerView:
    """A layer of a net.

    What else a script asks of a Python layer, or sets, is that of the script's own object.

    Args:
        type: its type, such as "Convolution".
        blobs: its parameter blobs.
        script_layer: returns the object of a Python layer; None for other layers.
    """

    type: str
    blobs: Sequence[Blob]
    _script_layer: Callable[[], Any] | None

    def __init__(
        self, type: str, blobs: Sequence[Blob], script_layer: Callable[[], Any] | None = None
    ) -> None:
        self.type, self.blobs, self._script_layer = type, blobs, script_layer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _OWN or self._script_layer is None:
            raise AttributeError(f"a layer has no {name!r}", name=name)
        return getattr(self._script_layer(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN or self._script_layer is None:
            super().__setattr__(name, value)
        else:
            setattr(self._script_layer(), name, value)
