"""An engine for tests that computes by a function, and notes what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from owltf.errors import OwltfError
from owltf.forms.engine import Engine, Run


class FunctionEngine(Engine):
    """Writes the blobs' names, and computes them by `compute`."""

    name = "function"

    def __init__(self, compute: Run | None = None, lacks: str | None = None) -> None:
        self.compute, self.lacks = compute, lacks

    def missing(self) -> str | None:
        return self.lacks

    def write(self, net: Any, blobs: Sequence[str], path: Path) -> None:
        if self.compute is None:
            raise OwltfError("no function")
        path.write_text(" ".join(blobs))

    def open(self, path: Path) -> Run:
        assert self.compute is not None
        return self.compute
