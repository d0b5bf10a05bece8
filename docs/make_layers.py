"""Writes docs/layers.md, the catalogue of layer types, from the source code.

A field of a type's message counts as used if its name occurs in the converter's file, or in a file
of owltf that the converter takes functions or classes from.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from owltf.commands.layers import form_words
from owltf.plugin.manager import SWITCH, make_manager
from owltf.registry.registry import Registry

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "layers.md"
HEAD = """# Caffe's layer types

Made by `python docs/make_layers.py` from the converters; `owltf layers NET` judges a net of yours.
Fields in parentheses belong to the type's message and change nothing here. `owltf export` writes
as ONNX, or as a program of plain Keras, what has a yes; where there is nothing, an exported net
goes without the layer.

| type | what it does | fields | blobs | ONNX | Keras program |
|---|---|---|---|---|---|
"""
# The packages in which a converter's fields may be read besides its own file.
SHARED = (
    "owltf.layers",
    "owltf.data",
    "owltf.convert.window",
    "owltf.runtime.graph_checks",
    "owltf.python_layers",
)
# The base of data layers lists fields that most of them read, and some do not.
LISTS_FIELDS = "owltf.data.data_layer"
PARAM = re.compile(r"\b(\w+_param)\b")


def main() -> None:
    """Write the catalogue of the built-in types."""
    os.environ[SWITCH] = "none"
    OUT.write_text(catalogue())
    print(OUT)


def catalogue() -> str:
    """Return the catalogue in Markdown."""
    registry = Registry(make_manager())
    known = [(name, each) for name, several in registry.converters.items() for each in several]
    known += registry.data_layers.items()
    layer = registry.schema.message("LayerParameter").DESCRIPTOR
    return HEAD + "".join(
        _row(name, each, layer) for name, each in sorted(known, key=itemgetter(0))
    )


def _row(name: str, converter: Any, layer: Any) -> str:
    made = converter if isinstance(converter, type) else type(converter)
    homes = [each.__module__ for each in made.__mro__]
    modules = [sys.modules[home] for home in homes if _is_read(home)]
    path = Path(inspect.getsourcefile(made) or "").relative_to(ROOT)
    what = (inspect.getdoc(made) or "").splitlines()[0].replace("|", "\\|")
    blobs = _listed([blob.name for blob in getattr(made, "params", ())])
    fields = ", ".join(dict.fromkeys(_fields(modules, layer)))
    forms = " | ".join(form_words(converter))
    return f"| [{name}](../{path}) | {what} | {fields} | {blobs} | {forms} |\n"


def _is_read(home: str) -> bool:
    return home.startswith(SHARED) and home != LISTS_FIELDS


def _listed(names: list[str]) -> str:
    return ", ".join(names if len(names) < 9 else [names[0], "...", names[-1]])


def _fields(modules: list[ModuleType], layer: Any) -> Iterator[str]:
    text = "\n".join(inspect.getsource(each) for own in modules for each in _sources(own))
    own = "\n".join(map(inspect.getsource, modules))
    messages = [layer.fields_by_name[name] for name in _messages(own, layer)]
    for field in (field for each in messages for field in each.message_type.fields):
        is_read = re.search(rf"\b{field.name}\b", text)
        # `kernel_h` is read as f"{what}_h" with the window's other fields.
        is_read = is_read or re.fullmatch(r"(kernel|stride|pad)_[hw]|kernel_size", field.name)
        yield f"`{field.name}`" if is_read else f"(`{field.name}`)"


def _messages(text: str, layer: Any) -> list[str]:
    return list(dict.fromkeys(name for name in PARAM.findall(text) if name in layer.fields_by_name))


def _sources(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for member in vars(module).values():
        home = sys.modules.get(getattr(member, "__module__", None) or "")
        if home is not None and home is not module and _is_read(home.__name__):
            yield home


if __name__ == "__main__":
    main()
