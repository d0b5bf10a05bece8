"""Documents that are made from the code are current."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_catalogue_of_layers_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_layers.py"))["catalogue"]()
    assert (DOCS / "layers.md").read_text() == made, "run python docs/make_layers.py"


def test_the_table_of_pycaffes_names_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_pycaffe.py"))["document"]
    text = (DOCS / "pycaffe.md").read_text()
    assert text == made(text), "run python docs/make_pycaffe.py"
    assert "| missing |" not in text
