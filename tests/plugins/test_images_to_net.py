"""The page that leads from a folder of images to a net is followed line by line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
from click.testing import CliRunner

from owltf import cli

PAGE = Path(__file__).parents[2] / "docs" / "images-to-net.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
PLUGINS = "owltf_classifier,owltf_datasets,owltf_exporter,owltf_pictures,owltf_tester"


@pytest.fixture
def flowers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty images of each of two classes: dark with a light disc, and light with a dark one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OWLTF_PLUGINS", PLUGINS)
    draws = np.random.default_rng(0)
    for name, paper, disc in (("daisy", 40, 220), ("rose", 220, 40)):
        folder = tmp_path / "flowers" / name
        folder.mkdir(parents=True)
        for number in range(20):
            image = draws.normal(paper, 15, (48, 40, 3)).clip(0, 255).astype(np.uint8)
            centre = tuple(draws.integers(12, 28, 2).tolist())
            cv2.circle(image, centre, 9, (disc,) * 3, -1)
            cv2.imwrite(str(folder / f"{number}.jpg"), image)
    return tmp_path


def commands(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the words of each command of a console block, and the file its output goes to."""
    for line in text.splitlines():
        assert line.startswith("$ owltf "), line
        words, _, file = line.removeprefix("$ owltf ").partition(" > ")
        yield shlex.split(words, comments=True), file


def test_the_page_works(flowers: Path) -> None:
    said = {}
    for kind, name, text in BLOCK.findall(PAGE.read_text()):
        if kind == "prototxt":
            Path(name).write_text(text)
            continue
        for words, file in commands(text):
            result = CliRunner().invoke(cli.cli, words, prog_name="owltf", catch_exceptions=False)
            assert result.exit_code == 0, (words, result.output)
            said[" ".join(words[:2])] = result.stdout
            if file:
                Path(file).write_text(result.stdout)
    assert Path("flowers_db/names.txt").read_text() == "daisy\nrose\n"
    assert "labels: 2, from 0 to 1" in said["dataset info"]
    assert "Optimization Done." in said["run solver.prototxt"]
    assert "accuracy = 1" in said["test solver.prototxt"]
    assert said["classify solver.prototxt"].count("rose") > 20
    assert Path("flowers_model/saved_model.pb").exists()
    assert keras.models.load_model("flowers.keras", compile=False).count_params() > 0
    assert cv2.imread("sheet.png") is not None
