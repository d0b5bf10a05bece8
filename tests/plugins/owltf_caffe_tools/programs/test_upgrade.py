"""The three programs that upgrade."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from owltf_caffe_tools.programs.upgrade import (
    UpgradeNetProtoBinary,
    UpgradeNetProtoText,
    UpgradeSolverProtoText,
)


@pytest.mark.parametrize(
    "program", [UpgradeNetProtoBinary, UpgradeNetProtoText, UpgradeSolverProtoText]
)
def test_words(translated: Callable[..., list[str]], program: type) -> None:
    assert translated(program(), "old", "new") == ["upgrade", "--", "old", "new"]


def test_a_dash_is_a_file_as_in_caffe(translated: Callable[..., list[str]], here: Path) -> None:
    assert translated(UpgradeNetProtoText(), "old", "-")[-1] == str(here / "-")
