"""Names are text in every language, whatever they are."""

from __future__ import annotations

from owltf_pictures.diagram_text import dot_text, mermaid_text
from owltf_pictures.net_layers import Box, Drawing

NAME = 'a"b\\c<script>|[`]\x1b'
DRAWING = Drawing(NAME, [Box(NAME, "Input"), Box("b", "ReLU")], [(0, 1)])


def test_graphviz() -> None:
    lines = dot_text(DRAWING).splitlines()
    assert lines[0] == 'digraph "a\\"b\\\\c<script>|[`]\\\\x1b" {'
    assert lines[2].startswith('n0 [label="a\\"b\\\\c<script>|[`]\\\\x1b\\nInput", fillcolor="#')
    assert lines[-2:] == ["n0 -> n1;", "}"]


def test_mermaid() -> None:
    text = mermaid_text(DRAWING)
    assert "<script>" not in text
    assert text.count("```") == 2
    assert "  n0 --> n1\n" in text
    box = next(line for line in text.splitlines() if line.startswith("  n0["))
    assert box.count('"') == 2
