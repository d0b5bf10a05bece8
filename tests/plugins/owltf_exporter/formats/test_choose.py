"""The format is that of the suffix, unless one is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_exporter.command import _FORMATS
from owltf_exporter.formats.choose import NAMES, SUFFIXES, format_name

from owltf.api import OwltfError


@pytest.mark.parametrize(("name", "suffix"), SUFFIXES.items())
def test_a_suffix_names_its_format(tmp_path: Path, name: str, suffix: str) -> None:
    assert format_name(tmp_path / f"net{suffix}", None) == name


def test_everything_else_is_a_saved_model(tmp_path: Path) -> None:
    assert format_name(tmp_path / "1", None) == "saved_model"
    assert format_name(tmp_path, "saved_model") == "saved_model"


def test_a_folder_with_other_things_stays(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(OwltfError, match="is there already and is not a SavedModel"):
        format_name(tmp_path, None)


def test_the_command_knows_all_formats() -> None:
    assert sorted(_FORMATS) == sorted(NAMES)
