"""Keeps forms of nets in the user's cache folder, from where any process takes them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from owltf.errors import OwltfError
from owltf.files.atomic import atomic_outputs

# So many bytes stay; the forms that were not used for longest go first.
MOST_BYTES = 2 * 2**30
_ABOUT = "about.json"
MODEL = "model"


@dataclass(frozen=True)
class KeptForm:
    """A form in the store.

    Attributes:
        folder: its folder.
        about: what the tool that made it said of it.
    """

    folder: Path
    about: Mapping[str, Any]

    @property
    def model(self) -> Path:
        """The engine's file."""
        return self.folder / MODEL

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(path.stat().st_size for path in self.folder.iterdir())


def cache_folder() -> Path:
    """Return the user's cache folder of owltf: `OWLTF_CACHE`, or that of the XDG standard."""
    given = os.environ.get("OWLTF_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "owltf"


@dataclass(frozen=True)
class FormStore:
    """The forms of a cache folder, each by the key of what it was made from.

    A form is written under another name and renamed, so that processes may share the folder.

    Attributes:
        folder: where they lie; `forms` in the user's cache folder unless given.
        most_bytes: how many bytes they may have together.
    """

    folder: Path = field(default_factory=lambda: cache_folder() / "forms")
    most_bytes: int = MOST_BYTES

    def find(self, key: str) -> KeptForm | None:
        """Return the form of a key, which then counts as used; None if there is none."""
        path = self.folder / key
        try:
            about = json.loads((path / _ABOUT).read_text())
            os.utime(path)
        except (OSError, ValueError):
            return None
        return KeptForm(path, about)

    def keep(self, key: str, about: Mapping[str, Any], write: Callable[[Path], object]) -> KeptForm:
        """Write a form and return it.

        Args:
            key: its key.
            about: what to remember of it, as JSON can hold it.
            write: writes the engine's file to a path.

        Raises:
            OwltfError: if it cannot be written.
        """
        path = self.folder / key
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OwltfError(
                f"{self.folder}: the cache folder cannot be made: {error.strerror}; name another "
                "one by the variable OWLTF_CACHE"
            ) from error
        with atomic_outputs(path) as temporary:
            temporary.mkdir()
            write(temporary / MODEL)
            (temporary / _ABOUT).write_text(json.dumps(about))
        self._make_room(path)
        return KeptForm(path, about)

    def drop(self, form: KeptForm) -> None:
        """Remove a form."""
        shutil.rmtree(form.folder, ignore_errors=True)

    def forms(self) -> list[KeptForm]:
        """Return all forms, the last used first."""
        return sorted(self._forms(), key=lambda form: -_used(form.folder))

    def _forms(self) -> Iterator[KeptForm]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(OSError, ValueError):
                yield KeptForm(path, json.loads((path / _ABOUT).read_text()))

    def _make_room(self, newest: Path) -> None:
        """Remove the forms that were not used for longest; the newest stays."""
        total = 0
        for form in self.forms():
            with suppress(OSError):
                total += form.size
            if total > self.most_bytes and form.folder != newest:
                self.drop(form)


def _used(folder: Path) -> float:
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0
