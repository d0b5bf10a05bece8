"""Forms are kept whole, found again, and go when there is no room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.forms.form_store import FormStore, cache_folder


def write(path: Path) -> None:
    path.write_bytes(bytes(1000))


@pytest.fixture
def store(tmp_path: Path) -> FormStore:
    return FormStore(tmp_path / "forms", most_bytes=2500)


def test_what_is_kept_is_found(store: FormStore) -> None:
    assert store.find("a") is None
    assert store.forms() == []
    made = store.keep("a", {"classes": 3}, write)
    found = store.find("a")
    assert found == made
    assert found.about == {"classes": 3}
    assert found.model.read_bytes() == bytes(1000)
    assert made.size == 1000 + len('{"classes": 3}')


def test_the_oldest_go(store: FormStore) -> None:
    for age, key in ((30, "a"), (20, "b")):
        os.utime(store.keep(key, {}, write).folder, (0, 1000 - age))
    assert store.find("a")
    store.keep("c", {}, write)
    assert {form.folder.name for form in store.forms()} == {"a", "c"}


def test_a_form_that_fails_leaves_nothing(store: FormStore) -> None:
    def fail(path: Path) -> None:
        write(path)
        raise OwltfError("no")

    with pytest.raises(OwltfError, match="^no$"):
        store.keep("a", {}, fail)
    assert list(store.folder.iterdir()) == []


def test_a_damaged_form_is_none(store: FormStore) -> None:
    (store.keep("a", {}, write).folder / "about.json").write_text("{")
    assert store.find("a") is None
    assert store.keep("a", {}, write) == store.find("a")


def test_a_form_is_dropped(store: FormStore) -> None:
    store.drop(store.keep("a", {}, write))
    assert store.find("a") is None


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OwltfError, match="the cache folder cannot be made: .*OWLTF_CACHE"):
        FormStore(tmp_path / "file" / "forms").keep("a", {}, write)


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWLTF_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/some")
    assert cache_folder() == Path("/some/owltf")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "owltf"
    monkeypatch.setenv("OWLTF_CACHE", "/other")
    assert cache_folder() == Path("/other")
