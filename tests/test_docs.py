"""Documents that are made from the code are current, and the page on Python runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

DOCS = Path(__file__).parents[1] / "docs"


def test_the_catalogue_of_layers_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_layers.py"))["catalogue"]()
    assert (DOCS / "layers.md").read_text() == made, "run python docs/make_layers.py"


def test_the_table_of_pycaffes_names_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_pycaffe.py"))["document"]
    text = (DOCS / "pycaffe.md").read_text()
    assert text == made(text), "run python docs/make_pycaffe.py"
    assert "| missing |" not in text


def test_the_snippets_of_the_page_on_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "python.md").read_text()
    files = re.findall(r"```protobuf\n(.*?)```", page, re.DOTALL)
    for name, text in zip(("net", "solver", "deploy"), files, strict=True):
        Path(f"{name}.prototxt").write_text(text)
    known: dict[str, Any] = {}
    for snippet in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(snippet, "python.md", "exec"), known)
    assert known["history"].tests[0]["accuracy"][-1] > 0.9
    assert known["probabilities"].shape == (10, 4)
    assert known["net"].blob_shapes["conv1"] == (1, 8, 6, 6)
    losses = known["fitted"].history["loss"]
    assert losses[1] < losses[0] < 1
    image = {"data": known["x"][:3]}
    np.testing.assert_allclose(
        known["same"].predict(image, verbose=0)["prob"],
        known["net"].forward(image)["prob"],
        atol=1e-6,
    )
