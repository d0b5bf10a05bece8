"""The head names everything."""

from __future__ import annotations

import io

from rich.console import Console

from owltf.net.weights import Loaded
from owltf.plugin.events import Setup
from owltf.train.report.header import header

SETUP = Setup(
    net="[/red]\033[2J",
    solver="SGD",
    devices=["GPU 0", "GPU 1"],
    params=431080,
    sources={"TRAIN data mnist": "LMDB a/folder: 4,000 records of 1x28x28"},
    seed=3,
    iteration=0,
    max_iter=1000,
    batch=64,
    current_iteration=int,
    loaded={"a.caffemodel": Loaded(loaded=["conv1"], absent=[])},
    notes=["a note"],
)


def test_facts_are_below_each_other_and_no_markup() -> None:
    console = Console(file=io.StringIO(), width=60)
    console.print(header(SETUP))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    assert [line.split()[0] for line in lines[:4]] == ["net", "solver", "devices", "parameters"]
    text = " ".join(" ".join(lines).split())
    for part in (
        r"net [/red]\x1b[2J",
        "GPU 0, GPU 1",
        "431,080",
        "TRAIN data mnist LMDB a/folder: 4,000 records of 1x28x28",
        "0 to 1,000, 64 images each",
        "1 layers loaded",
        "a note",
    ):
        assert part in text
