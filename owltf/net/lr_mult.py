"""Collects the lr_mult and decay_mult of parameter blobs, which layers may share."""

from __future__ import annotations

from dataclasses import dataclass, field

from owltf.convert.layer import Layer, param_spec
from owltf.convert.sharing import Key

FIELDS = ("lr_mult", "decay_mult")


@dataclass
class Multipliers:
    """The `lr_mult` and `decay_mult` of each parameter blob of a net.

    A layer that shares a blob may leave its factors out; those that give one must agree, as in
    Caffe. A factor that nobody gives is 1.
    """

    _given: dict[tuple[Key, str], tuple[float, str]] = field(default_factory=dict)

    def add(self, layer: Layer, index: int) -> None:
        """Add the factors that a layer's `param { ... }` gives for one of its blobs.

        Raises:
            OwltfError: if another layer gave the shared blob another factor.
        """
        spec = param_spec(layer.parameter, index)
        for name in FIELDS:
            if spec is not None and spec.HasField(name):
                self._give(layer, (layer.weights.key(index), name), getattr(spec, name))

    def _give(self, layer: Layer, key: tuple[Key, str], value: float) -> None:
        known, owner = self._given.setdefault(key, (value, layer.name))
        if known != value:
            raise layer.error(
                f"shared param {key[0]!r} has {key[1]} {value:g} here, but {known:g} in layer "
                f"'{owner}'; give one value, or leave it out in all layers but one"
            )

    def of(self, key: Key, name: str) -> float:
        """Return a blob's factor, `lr_mult` or `decay_mult`."""
        return self._given.get((key, name), (1.0, ""))[0]
