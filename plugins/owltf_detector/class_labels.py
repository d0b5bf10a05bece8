"""Reads the names of a detector's classes: from a label map of SSD's, or a line each."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from owltf.api import OwltfError

_ITEM = re.compile(r"\bitem\s*\{([^{}]*)\}")
_FIELD = re.compile(r"\b(name|label|display_name)\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|(\d+))")


def read_class_labels(path: Path) -> dict[int, str]:
    """Return the classes' names by label.

    Args:
        path: a label map, `item { name: ... label: ... }`, or a text with a name on each line, the
            first of which is that of label 0.

    Raises:
        OwltfError: if it cannot be read.
    """
    try:
        text = path.read_text()
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise OwltfError(f"{path}: not a text file with a class on each line") from error
    items = [_fields(item) for item in _ITEM.findall(text)]
    if not items:
        return {label: line.strip() for label, line in enumerate(StringIO(text.rstrip()))}
    if not all({"label", "name"} <= item.keys() for item in items):
        raise OwltfError(f"{path}: an item of a label map needs a label and a name")
    return {int(item["label"]): item.get("display_name") or item["name"] for item in items}


def _fields(item: str) -> dict[str, str]:
    return {name: first or second or number for name, first, second, number in _FIELD.findall(item)}
