"""The module that `import caffe` returns in the code of a Python layer."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from owltf.python_layers.blob import Blob, Blobs

PHASES = {"TRAIN": 0, "TEST": 1}


class Layer:
    """The base class of Python layers.

    Attributes:
        param_str: the net's `python_param { param_str }`.
        phase: `caffe.TRAIN` or `caffe.TEST`.
        blobs: the parameter blobs.
    """

    type = "Python"
    param_str: str
    phase: int

    def __init__(self, parameter: Any = None) -> None:
        self.blobs = Blobs()

    def setup(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Read `param_str` and check the bottoms, once."""

    def reshape(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Set the tops' shapes, before each pass."""

    def forward(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Fill the tops' `data`."""
        raise NotImplementedError("the layer has no forward")

    def backward(
        self, top: Sequence[Blob], propagate_down: Sequence[bool], bottom: Sequence[Blob]
    ) -> None:
        """Fill the bottoms' `diff` from the tops'."""
        raise NotImplementedError("the layer has no backward")


class Caffe(ModuleType):
    """The module; for anything else of pycaffe it raises an error that says so."""

    def __init__(self) -> None:
        super().__init__("caffe", "What a Python layer needs of pycaffe, given by owltf.")
        self.Layer, self.Blob = Layer, Blob
        self.TRAIN, self.TEST = PHASES["TRAIN"], PHASES["TEST"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"owltf's caffe for Python layers has Layer, Blob, TRAIN and TEST, but no {name!r}"
        )
