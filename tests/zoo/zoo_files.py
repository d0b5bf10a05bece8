"""Where other people's nets are, and how they are built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from owltf.api import Net, OwltfError, load_net

ZOO = Path(__file__).parents[3] / "shared" / "zoo"

Value = TypeVar("Value")


def build(file: Path, weights: Path | None = None) -> Net:
    """Build a net for TEST; skip where a layer type or a field of a fork is not known yet."""
    try:
        return load_net(file, weights=weights)
    except OwltfError as error:
        if re.search("unknown layer type|has no field", str(error)):
            pytest.skip(str(error))
        raise


def without_splits(blobs: Mapping[str, Value]) -> dict[str, Value]:
    """Leave out the copies that Caffe makes of a blob that several layers take."""
    return {name: value for name, value in blobs.items() if not re.search(r"_split_\d+$", name)}
