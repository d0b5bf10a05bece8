"""owltf convert-mnist and convert-cifar do not write over what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("convert-mnist", "i", "l", "there"), "there is there already; --force replaces it"),
        (("convert-mnist", "i", "l", "new"), "Unable to open file i: no such file"),
        (("convert-cifar", ".", "no/such"), "there is no folder no/such"),
        (("convert-cifar", ".", "."), "Unable to open file data_batch_1.bin"),
    ],
)
def test_what_is_refused(
    here: Path, refused: Callable[..., str], words: tuple[str, ...], reason: str
) -> None:
    Path("there").mkdir()
    assert reason in refused(*words)
    assert [each.name for each in Path().iterdir()] == ["there"]
