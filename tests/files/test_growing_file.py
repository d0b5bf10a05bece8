"""Files that are appended to."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.files.growing_file import GrowingFile


def test_lines_are_there_at_once_and_a_cut_one_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("whole\nha")
    file = GrowingFile(path)
    file.open()
    file.write("next\n")
    assert path.read_text() == "whole\nha\nnext\n"
    file.close()
    file.write("lost\n")
    anew = GrowingFile(path, anew=True)
    anew.open()
    anew.close()
    assert not path.read_text()


def test_a_full_disk_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    file = GrowingFile(Path("/dev/full"))
    file.open()
    file.write("a\n")
    file.write("b\n")
    said = capsys.readouterr().err
    assert said == "owltf: /dev/full: no space left on device; going on without it\n"


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="missing/log: cannot be written: no such file"):
        GrowingFile(tmp_path / "missing" / "log").open()


def test_it_does_not_stand_for_the_standard_output() -> None:
    with pytest.raises(OwltfError, match="-: cannot be written: no file goes to the standard"):
        GrowingFile(Path("-")).open()
