"""Label maps: text files that give the classes their numbers, names and names to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import text_format

from owltf.api import OwltfError


def read_label_map(path: Path, schema: Any) -> dict[int, str]:
    """Return the names to show of the classes by label.

    Args:
        path: a `LabelMap` as text.
        schema: Caffe's messages, with those of plugins.

    Raises:
        OwltfError: if it cannot be read, or gives a label or a name twice.
    """
    return {item.label: item.display_name or item.name for item in _items(path, schema)}


def read_class_labels(path: Path, schema: Any) -> dict[str, int]:
    """Return the labels of the classes by name, as data sets name them.

    Raises:
        OwltfError: as for `read_label_map`.
    """
    return {item.name: item.label for item in _items(path, schema)}


def _items(path: Path, schema: Any) -> Any:
    try:
        read = text_format.Parse(path.read_bytes(), schema.message("owltf_ssd.LabelMap")())
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise OwltfError(f"{path}: not a label map: {error}") from error
    for what in ("label", "name"):
        values = [getattr(item, what) for item in read.item]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise OwltfError(f"{path}: the {what} {twice!r} is given twice")
    if not read.item:
        raise OwltfError(f"{path}: not a label map: it names no class")
    return read.item


def label_map_text(names: dict[int, str]) -> str:
    """Return a label map as text.

    Args:
        names: the classes' names by label.
    """
    return "".join(
        f'item {{\n  name: "{_escaped(name)}"\n  label: {label}\n'
        f'  display_name: "{_escaped(name)}"\n}}\n'
        for label, name in sorted(names.items())
    )


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
