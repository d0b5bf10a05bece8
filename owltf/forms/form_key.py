"""Tells whether a form is that of a net: by the content of what it was made from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_CHUNK = 2**20


def form_key(files: Sequence[Path], said: Mapping[str, Any], plugins: Iterable[object]) -> str:
    """Return a key that is the same only for the same content, wishes and code.

    Args:
        files: the net's file and those of its weights.
        said: what else decides on the form, as JSON can hold it.
        plugins: the plugins' modules; their code counts, as it makes the form.

    Raises:
        OSError: if a file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([said, list(_code(plugins))], sort_keys=True).encode())
    for path in files:
        digest.update(path.stat().st_size.to_bytes(8, "little"))
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _code(plugins: Iterable[object]) -> Iterator[tuple[str, int, int]]:
    """Yield the name, time and size of each file of the plugins' packages and of owltf."""
    # A program's or a notebook's own module may have no file.
    files = (getattr(each, "__file__", None) for each in plugins if isinstance(each, ModuleType))
    homes = {Path(file).parent for file in files if file}
    for home in sorted({*homes, Path(__file__).parents[1]}):
        yield from sorted(_files(str(home)))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    # pathlib takes three times as long, and an answer waits for this.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                about = entry.stat()
                yield entry.path, about.st_mtime_ns, about.st_size
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _files(entry.path)
