"""Finds the newest complete snapshot of a prefix, for `--resume auto`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from owltf.caffe.binary.read_weights import read_weights
from owltf.errors import OwltfError
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.read import Restored, read_snapshot


def newest_snapshot(prefix: Prefix, schema: Any) -> tuple[Restored | None, list[str]]:
    """Return the newest snapshot of a prefix that is whole, and a sentence about each newer one.

    Args:
        prefix: where the snapshots are.
        schema: Caffe's messages.

    Returns:
        The snapshot, or None if there is none; and why each newer one was passed over.
    """
    notes: list[str] = []
    for iteration, solverstates in _snapshots(prefix):
        for path in solverstates:
            try:
                return _whole(path, schema), notes
            except OwltfError as error:
                notes.append(f"Passed over snapshot {path}: {error}")
        if not solverstates:
            notes.append(f"Passed over {prefix.path}_iter_{iteration}: it has no solverstate")
    notes.append(f"No complete snapshot of '{prefix.path}' is there: the run starts anew")
    return None, notes


def _whole(path: Path, schema: Any) -> Restored:
    restored = read_snapshot(path, schema)
    if restored.run is None and restored.weights is not None:
        # Caffe's own snapshots have no checksums.
        read_weights(restored.weights, schema)
    return restored


def _snapshots(prefix: Prefix) -> Iterator[tuple[int, list[Path]]]:
    """Yield iterations of which some file is there, the newest first, with their solverstates."""
    named = re.compile(
        re.escape(prefix.path.name) + r"_iter_(\d+)\.(caffemodel|solverstate|states|json)(\.\w+)?"
    )
    found: dict[int, list[Path]] = {}
    for path in sorted(prefix.path.parent.iterdir()):
        if match := named.fullmatch(path.name):
            solverstates = found.setdefault(int(match[1]), [])
            solverstates += [path] * (match[2] == "solverstate")
    yield from sorted(found.items(), reverse=True)
