"""Writes a drawing in the format that a file's name says."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from owltf.api import OwltfError, atomic_outputs, did_you_mean
from owltf_pictures.diagram_text import dot_text, mermaid_text
from owltf_pictures.net_layers import Drawing

PICTURES, TEXTS = (".svg", ".png", ".pdf"), (".dot", ".md")


def check_format(path: Path) -> None:
    """Raise OwltfError if there is no such format, or it needs a package that is absent."""
    if path.suffix not in (*PICTURES, *TEXTS):
        hint = did_you_mean(path.suffix, (*PICTURES, *TEXTS))
        raise OwltfError(f"{path}: there is no format '{path.suffix}'; {hint}")
    if path.suffix in PICTURES and not _has_graphviz() and find_spec("matplotlib") is None:
        raise OwltfError(
            f"{path}: pictures need matplotlib: pip install 'owltf[plot]', or write a .md or .dot"
        )


def write_picture(path: Path, drawing: Drawing) -> None:
    """Write a drawing: by Graphviz where its program and its library are installed, or by itself.

    Raises:
        OwltfError: if it cannot be written.
    """
    with atomic_outputs(path) as temporary:
        if path.suffix == ".md":
            temporary.write_text(mermaid_text(drawing))
        elif path.suffix == ".dot":
            temporary.write_text(dot_text(drawing))
        elif _has_graphviz():
            import graphviz

            text = graphviz.Source(dot_text(drawing))
            temporary.write_bytes(text.pipe(format=path.suffix[1:]))
        else:
            from owltf_pictures.net_picture import write_net_picture

            write_net_picture(temporary, drawing)


def _has_graphviz() -> bool:
    return find_spec("graphviz") is not None and shutil.which("dot") is not None
