"""Nets to export, and the command that exports them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

# Lets the tests import `export_case`.
sys.path.insert(0, str(Path(__file__).parent))

from export_case import NET, Export, export, write_weights  # noqa: E402

ZOO = Path(__file__).parents[4] / "shared" / "zoo" / "models"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small training net and its weights in a folder of their own, which is entered."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.prototxt").write_text(NET)
    write_weights(tmp_path / "net.caffemodel")
    return tmp_path


@pytest.fixture
def run(case: Path) -> Export:
    """Export the small net: `run("out", "--top-k", "2")`."""

    def exported(out: str, *options: str) -> Result:
        arguments = ["net.prototxt", out, "--weights", "net.caffemodel", *options]
        return export(CliRunner(), arguments)

    return exported


@pytest.fixture(params=["lenet_ethereon", "nsfw_resnet50_1by2"])
def zoo_model(request: pytest.FixtureRequest) -> Path:
    """The folder of a model that others trained."""
    folder = ZOO / request.param
    if not folder.exists():
        pytest.skip(f"there is no {folder}")
    return folder
