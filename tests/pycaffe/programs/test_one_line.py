"""One line where the user can put something right."""

from __future__ import annotations

import pytest

from owltf.errors import OwltfError
from owltf.pycaffe.programs.one_line import one_line_errors


def test_one_line_and_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, one_line_errors("x.py"):
        raise OwltfError("two\nlines")
    assert (ended.value.code, capsys.readouterr().err) == (2, "x.py: two lines\n")
    with pytest.raises(SystemExit) as ended, one_line_errors("x.py"):
        raise KeyboardInterrupt
    assert ended.value.code == 130
    with pytest.raises(ZeroDivisionError), one_line_errors("x.py"):
        1 / 0  # noqa: B018
