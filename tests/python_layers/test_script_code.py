"""The classes of Python layers in a running script's own modules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.python_layers.script_code import ScriptCode


def test_a_module_that_the_script_imported() -> None:
    assert ScriptCode().find("collections", "OrderedDict").__name__ == "OrderedDict"


def test_a_module_beside_the_net_is_found_last(tmp_path: Path) -> None:
    (tmp_path / "beside_net_only.py").write_text("class Mine:\n    pass\n")
    path = list(sys.path)
    assert ScriptCode(tmp_path).find("beside_net_only", "Mine")
    assert sys.path == path
    with pytest.raises(OwltfError, match="no class 'Yours'"):
        ScriptCode(tmp_path).find("beside_net_only", "Yours")
    with pytest.raises(OwltfError, match="no_such_module"):
        ScriptCode(tmp_path).find("no_such_module", "Mine")


def test_what_the_layer_raised_reaches_the_script() -> None:
    code = ScriptCode()
    with pytest.raises(ZeroDivisionError), ScriptCode.own_errors(), code.errors("running"):
        1 / 0  # noqa: B018
    with pytest.raises(OwltfError, match="running"), code.errors("running"):
        1 / 0  # noqa: B018
