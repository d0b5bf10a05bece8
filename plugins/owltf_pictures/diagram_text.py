"""Writes a drawing in the languages of Graphviz and of Mermaid."""

from __future__ import annotations

import html
from collections.abc import Iterator

from owltf.api import printable
from owltf_pictures.colours import colour
from owltf_pictures.net_layers import Drawing


def dot_text(drawing: Drawing) -> str:
    """Return a drawing in Graphviz's language."""
    return "\n".join(_dot_lines(drawing)) + "\n"


def mermaid_text(drawing: Drawing) -> str:
    """Return a Markdown file with a drawing in Mermaid's language."""
    title = f"# {_shown(drawing.name or 'Net')}\n\n{drawing.summary()}\n\n"
    return title + "\n".join(["```mermaid", *_mermaid_lines(drawing), "```", ""])


def _dot_lines(drawing: Drawing) -> Iterator[str]:
    yield f"digraph {_quoted(drawing.name or 'Net')} {{"
    yield 'node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10];'
    for number, box in enumerate(drawing.boxes):
        label = _quoted("\n".join(box.lines()))
        yield f'n{number} [label={label}, fillcolor="{colour(box.type)}"];'
    for start, end in drawing.arrows:
        yield f"n{start} -> n{end};"
    yield "}"


def _mermaid_lines(drawing: Drawing) -> Iterator[str]:
    yield "flowchart TD"
    for number, box in enumerate(drawing.boxes):
        yield f'  n{number}["{"<br/>".join(map(_shown, box.lines()))}"]'
        yield f"  style n{number} fill:{colour(box.type)}"
    for start, end in drawing.arrows:
        yield f"  n{start} --> n{end}"


def _quoted(text: str) -> str:
    lines = (printable(line) for line in text.split("\n"))
    return '"' + "\\n".join(each.replace("\\", "\\\\").replace('"', '\\"') for each in lines) + '"'


def _shown(text: str) -> str:
    """Return text in which nothing is markup of Mermaid's or Markdown's."""
    escaped = html.escape(printable(text))
    return "".join(f"#{ord(letter)};" if letter in "`#|[]{}\\" else letter for letter in escaped)
