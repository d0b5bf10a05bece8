"""The confusion matrix as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from owltf_tester import confusion

from owltf.api import OwltfError


def test_many_classes_make_a_picture_without_numbers(tmp_path: Path) -> None:
    for classes in (3, 30, 70):
        matrix = np.eye(classes, dtype=int)
        confusion.write_confusion(tmp_path / "m.png", matrix, [str(n) for n in range(classes)])
        assert (tmp_path / "m.png").stat().st_size > 1000


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confusion, "find_spec", lambda name: None)
    confusion.check_confusion(Path("m.csv"))
    with pytest.raises(OwltfError, match=r"pip install 'owltf\[plot\]', or write a .csv"):
        confusion.check_confusion(Path("m.png"))
