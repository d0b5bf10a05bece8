from __future__ import annotations

import json
from pathlib import Path

import pytest
from owltf_detector.detector import Detections, Found
from owltf_detector.report import show, show_table
from rich.console import Console

FOUND = [
    Detections(
        "a\x1b.png", [Found(3, "c\x1bat", 0.98765, (1.0, 2.0, 3.0, 4.0))], Path("out/a.png")
    ),
    Detections("b.png", []),
]


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show(FOUND, as_json=False)
    captured = capsys.readouterr()
    assert captured.out == "a\\x1b.png\tc\\x1bat\t0.9877\t1.0\t2.0\t3.0\t4.0\n"
    assert captured.err == "Wrote out/a.png\n"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    show(FOUND, as_json=True)
    first, second = json.loads(capsys.readouterr().out)
    assert (first["objects"][0]["name"], first["drawing"]) == ("c\x1bat", "out/a.png")
    assert second == {"image": "b.png", "drawing": None, "objects": []}


def test_tables() -> None:
    console = Console(record=True, width=60)
    show_table(console, FOUND)
    text = console.export_text()
    assert "0.9877" in text
    assert "no object" in text
    assert "c\\x1bat" in text
