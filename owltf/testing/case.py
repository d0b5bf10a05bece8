"""A layer together with the arrays that it is checked on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from owltf.net.net import Net
from owltf.runtime.user_errors import user_message
from owltf.testing.layer_run import LayerRun, run_built
from owltf.testing.nets import LAYER, bottom_names, net_of, title

Arrays = list[np.ndarray]
_COLOUR = re.compile(r"\x1b\[\d*m")


@dataclass(frozen=True)
class LayerCase:
    """A net of one layer, and the arrays that it is checked on.

    Attributes:
        net: a prototxt, as a path or as text.
        bottoms: an array for each bottom.
        params: the parameter blobs; filled by their fillers if empty.
        top_grads: a gradient for each top; None for a loss.
        phase: "TRAIN" or "TEST".
        draws: whether the layer draws random numbers.
    """

    net: str | Path
    bottoms: Arrays
    params: Arrays
    top_grads: Arrays | None = None
    phase: str = "TRAIN"
    draws: bool = False

    @classmethod
    def of(
        cls,
        net: str | Path,
        bottoms: Sequence[Any],
        params: Sequence[Any],
        top_grads: Sequence[Any] | None = None,
        **more: Any,
    ) -> LayerCase:
        """Return a case whose arrays are given as anything that NumPy turns into arrays."""
        grads = None if top_grads is None else _arrays(top_grads)
        return cls(net, _arrays(bottoms), _arrays(params), grads, **more)

    def build(self) -> Net:
        """Return a new net with its parameter blobs."""
        net = net_of(self.net, self.phase)
        if self.params:
            net.set_params({LAYER: self.params})
        return net

    @cached_property
    def built(self) -> Net:
        """A net to look at, or to run once: a pass may change its parameters."""
        return self.build()

    @property
    def names(self) -> BlobNames:
        """The names of the layer's blobs in messages."""
        return BlobNames(self.built)

    def run(self) -> LayerRun:
        """Run a new net forward and backward."""
        return run_built(self.build(), self.bottoms, self.top_grads, draws=self.draws)

    def feeds(self, net: Net) -> dict[str, np.ndarray]:
        """Return the bottoms by blob name."""
        return dict(zip(bottom_names(net), self.bottoms, strict=True))


def _arrays(values: Sequence[Any]) -> Arrays:
    return [np.asarray(value, np.float32) for value in values]


def one_line(error: Exception) -> str:
    """Return an error as one line: the layer's own message, else TensorFlow's without colours."""
    message = user_message(error) or f"{type(error).__name__}: {error}"
    return " ".join(_COLOUR.sub("", message).split())


class BlobNames:
    """The names of a layer's blobs in messages: `top 0 ('y') of ReLU layer 'layer'`.

    Args:
        net: the net.
    """

    def __init__(self, net: Net) -> None:
        self._title = title(net)
        self._known = {
            "bottom": bottom_names(net),
            "top": [blob.name for blob in net.layer_tops[LAYER]],
            "param": [param.blob.name for param in net.layer_params.get(LAYER, ())],
        }

    def __str__(self) -> str:
        return self._title

    def __call__(self, what: str, index: int) -> str:
        """Return the name of a bottom, top or param."""
        return f"{what} {index} ('{self._known[what][index]}') of {self._title}"
