"""Reads the weights files that a net starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.weights import Weights
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.weights import Loaded, few_names, load_weights


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

    def load(self, net: Net, *, allow_missing: bool = True) -> dict[str, Loaded]:
        """Give a net its weights, and return what became of each file.

        Args:
            net: the net.
            allow_missing: leave layers that no file has as their fillers make them.

        Raises:
            OwltfError: if a file has weights for no layer of the net, a layer's blobs have another
                number or shape, or no file has weights for a layer.
        """
        told = {}
        for file, weights in self.files.items():
            loaded = load_weights(net, weights, file, reinit_mismatched=self.reinit_mismatched)
            _check_known(net, file, loaded)
            told[str(file)] = loaded
        missing = _missing(net, told.values()) if told else []
        if missing and not allow_missing:
            raise OwltfError(
                f"{', '.join(told)}: no weights for {len(missing)} of {len(net.layer_params)} "
                f"layers of net '{net.name}': {few_names(missing)}; --allow-missing leaves them as "
                f"their fillers make them"
            )
        return told


def _check_known(net: Net, file: Path, loaded: Loaded) -> None:
    """Refuse a file without any layer of the net's names."""
    if loaded.known or not net.layer_params:
        return
    has = f"has weights for {few_names(loaded.unused)}" if loaded.unused else "has no weights"
    raise OwltfError(
        f"{file}: {has}, and for no layer of net '{net.name}', which needs them for "
        f"{few_names(list(net.layer_params))}"
    )


def _missing(net: Net, told: Iterable[Loaded]) -> list[str]:
    """Return the layers that no file has, nor the layers that they share parameters with."""
    known = {name for each in told for name in each.known}
    given = {id(param.variable) for name in known for param in net.layer_params[name]}
    return [
        name
        for name, params in net.layer_params.items()
        if name not in known and not all(id(param.variable) in given for param in params)
    ]


def no_weights(net: Net) -> str:
    """Return what to do about a net with weights, where none are given."""
    return (
        f"net '{net.name}' has weights, in {few_names(list(net.layer_params))}; give --weights "
        "FILE or, with a solver, --snapshot N; or --random-weights for its fillers' values"
    )
