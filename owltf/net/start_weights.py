"""Reads the weights files that a net starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.weights import Weights
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.weights import Loaded, load_weights


@dataclass(frozen=True)
class StartWeights:
    """The content of weights files; where two hold a layer, the later one wins.

    Attributes:
        files: the layers of each file.
        reinit_mismatched: leave layers of another shape as their fillers make them.
    """

    files: Mapping[Path, Weights] = field(default_factory=dict)
    reinit_mismatched: bool = False

    @classmethod
    def of(
        cls, files: Sequence[str | Path], schema: Schema, *, reinit_mismatched: bool = False
    ) -> StartWeights:
        """Read weights files.

        Raises:
            OwltfError: if one is missing, of another kind, or corrupt.
        """
        paths = [Path(file) for file in files]
        for path in paths:
            if not path.exists():
                raise OwltfError(f"no such weights file: {path}")
        return cls({path: read_weights(path, schema) for path in paths}, reinit_mismatched)

    @property
    def layers(self) -> frozenset[str]:
        """The layers that are sure to get weights, so that their fillers need not run."""
        if self.reinit_mismatched:
            return frozenset()
        return frozenset(
            layer.name for weights in self.files.values() for layer in weights if layer.blobs
        )

    def load(self, net: Net) -> dict[str, Loaded]:
        """Give a net its weights, and return what became of each file.

        Raises:
            OwltfError: if a layer's blobs have another number or shape.
        """
        return {
            str(file): load_weights(net, weights, file, reinit_mismatched=self.reinit_mismatched)
            for file, weights in self.files.items()
        }
