"""owltf cache lists and removes what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from owltf.cli import cli
from owltf.forms.form_store import FormStore


def lines(*words: str) -> list[str]:
    result = CliRunner().invoke(cli, ["cache", *words])
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_forms_are_listed_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWLTF_CACHE", str(tmp_path))
    store = FormStore()
    assert lines() == [f"{store.folder}: 0 forms, 0.0 MB of at most 2147"]
    store.keep("a", {"title": "classify\x1b net"}, lambda path: path.write_bytes(bytes(300_000)))
    listed = ["      0.3 MB  classify\\x1b net", f"{store.folder}: 1 forms, 0.3 MB of at most 2147"]
    assert lines() == listed
    assert lines("--clear") == [listed[0], f"{store.folder}: 1 forms, removed"]
    assert store.forms() == []
