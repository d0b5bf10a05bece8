"""Which formats there are, and what each needs."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from owltf_pictures import formats
from owltf_pictures.net_layers import Box, Drawing

from owltf.api import OwltfError

DRAWING = Drawing("net", [Box("a", "Input")], [])


def test_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    formats.check_format(Path("a.md"))
    with pytest.raises(OwltfError, match="no format '.gif'"):
        formats.check_format(Path("a.gif"))
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    formats.check_format(Path("a.dot"))
    with pytest.raises(OwltfError, match=r"pip install 'owltf\[plot\]', or write a .md or .dot"):
        formats.check_format(Path("a.png"))


def test_graphviz_draws_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library is given the text that a .dot file holds."""

    def source(text: str) -> object:
        return SimpleNamespace(pipe=lambda format: f"{format} of {text}".encode())

    monkeypatch.setattr(formats, "_has_graphviz", lambda: True)
    monkeypatch.setitem(sys.modules, "graphviz", SimpleNamespace(Source=source))
    formats.write_picture(tmp_path / "a.svg", DRAWING)
    formats.write_picture(tmp_path / "a.dot", DRAWING)
    dot = (tmp_path / "a.dot").read_text()
    assert (tmp_path / "a.svg").read_text() == f"svg of {dot}"
