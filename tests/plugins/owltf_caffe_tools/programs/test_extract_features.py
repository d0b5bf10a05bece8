"""What extract_features's words become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from owltf_caffe_tools.program import UsageError
from owltf_caffe_tools.programs.extract_features import ExtractFeatures

from owltf.api import OwltfError

Run = Callable[..., list[str]]
USUAL = ["--weights", "w", "--allow-missing", "--iterations", "3", "--format", "lmdb"]


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ((), ["--cpu-replicas", "1"]),
        (("CPU",), ["--cpu-replicas", "1"]),
        (("GPU",), ["--gpu", "0"]),
        (("GPU", "2"), ["--gpu", "2"]),
    ],
)
def test_words(here: Path, translated: Run, device: tuple[str, ...], words: list[str]) -> None:
    given = ("w", "n", "fc6,fc7", "a,b", "3", "lmdb", *device)
    found = translated(ExtractFeatures(), *given)
    assert found == ["extract", *USUAL, *words, "--", "n", "fc6,fc7", "a,b"]


def test_what_is_refused(here: Path, translated: Run) -> None:
    Path("a").mkdir()
    with pytest.raises(OwltfError, match="a is there already"):
        translated(ExtractFeatures(), "w", "n", "fc6", "a", "3", "lmdb")
    with pytest.raises(OwltfError, match="must be equal"):
        translated(ExtractFeatures(), "w", "n", "fc6,fc7", "b", "3", "lmdb")
    with pytest.raises(UsageError):
        translated(ExtractFeatures(), "w", "n", "fc6", "b", "3")
