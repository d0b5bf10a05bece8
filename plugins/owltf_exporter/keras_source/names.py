"""Names the variables of the program after the layers that make them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Sequence
from typing import Any

# The names that the program itself uses or defines.
RESERVED = frozenset(
    ("INPUTS", "OUTPUTS", "Path", "WEIGHTS", "build", "float", "keras", "layers", "load", "model")
    + ("np", "ops", "weights", "x")
)


class Variables:
    """The names of a program's variables, one for each tensor.

    Args:
        taken: names that are used for something else.
    """

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = set(taken)
        self._names: dict[int, str] = {}

    def of(self, tensor: Any) -> str:
        """Return the variable of a tensor that has a name."""
        return self._names[id(tensor)]

    def name(self, tensors: Sequence[Any], layer: str) -> tuple[str, ...]:
        """Name the outputs of a layer after the layer."""
        stem = identifier(layer)
        stems = [stem] if len(tensors) == 1 else [f"{stem}_{i}" for i in range(len(tensors))]
        return tuple(self._name(t, s) for t, s in zip(tensors, stems, strict=True))

    def _name(self, tensor: Any, stem: str) -> str:
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f"{stem}_{count}"
        self._taken.add(name)
        self._names[id(tensor)] = name
        return name


def identifier(text: str) -> str:
    """Return a Python identifier of ASCII letters and digits that resembles a text."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "x"
    name = f"layer_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) else name
