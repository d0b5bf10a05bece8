"""What is printed shows control characters."""

from __future__ import annotations

import pytest
from owltf_datasets.options import CAFFE_SPELLINGS, tell


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell("a\x1b[31m")
    assert capsys.readouterr().out == "a\\x1b[31m\n"
    assert CAFFE_SPELLINGS["token_normalize_func"]("resize_height") == "resize-height"
