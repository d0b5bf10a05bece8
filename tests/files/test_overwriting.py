"""What is there stays, unless --force is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.files.overwriting import refuse_existing


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    refuse_existing([tmp_path / "b"], force=False)
    refuse_existing([tmp_path / "a"], force=True)
    with pytest.raises(OwltfError, match="a is there already; --force replaces it"):
        refuse_existing([tmp_path / "b", tmp_path / "a"], force=False)
    with pytest.raises(OwltfError, match="there is no folder"):
        refuse_existing([tmp_path / "c" / "a"], force=True)


def test_what_cannot_be_replaced_is_refused_before_the_work() -> None:
    with pytest.raises(OwltfError, match="-: cannot be written: no file goes to the standard"):
        refuse_existing([Path("-")], force=True)
    with pytest.raises(OwltfError, match="/dev/null: cannot be written: it is a device"):
        refuse_existing([Path("/dev/null")], force=False)
