"""A key is that of content, wishes and code."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from owltf.forms.form_key import form_key


def key(net: Path, weights: Path, **said: Any) -> str:
    return form_key([net, weights], said, [])


def files(folder: Path, *texts: str) -> list[Path]:
    folder.mkdir()
    for index, text in enumerate(texts):
        (folder / str(index)).write_text(text)
    return sorted(folder.iterdir())


def test_a_key_is_of_the_content(tmp_path: Path) -> None:
    first, again = files(tmp_path / "a", "net", "weights"), files(tmp_path / "b", "net", "weights")
    assert key(*first, blob="x") == key(*again, blob="x")
    others = [files(tmp_path / "c", "net", "other"), files(tmp_path / "d", "netw", "eights")]
    assert len({key(*each, blob="x") for each in (first, *others)}) == 3
    assert key(*first, blob="x") != key(*first, blob="y")


def test_a_plugins_code_counts(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "__init__.py"
    path.parent.mkdir()
    path.write_text("a = 1")
    spec = importlib.util.spec_from_file_location("mine", path)
    assert spec is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    before = form_key([], {}, [module, object()])
    assert before != form_key([], {}, [])
    assert before == form_key([], {}, [module])
    os.utime(path, (1, 1))
    assert before != form_key([], {}, [module])
