"""The file of what recurrent layers carry from pass to pass, `<prefix>_iter_N.states.npz`.

Caffe loses it at a resume. It can be too large for the JSON of a snapshot; nets that carry nothing
have no such file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.numpy_file import read_npz
from owltf.errors import OwltfError
from owltf.files.checksum import FileSum


def states_path(snapshot: Path) -> Path:
    """Return the file of the states that belongs to a caffemodel or a solverstate."""
    stem = re.sub(r"\.(caffemodel|solverstate)(\.h5)?$", "", str(snapshot))
    return Path(f"{stem}.states.npz")


def write_states(path: Path, states: Mapping[str, np.ndarray]) -> FileSum:
    """Write states, and return the file's size and checksum."""
    named: dict[str, Any] = {**states}
    with path.open("wb") as file:
        np.savez(file, **named)
    return FileSum.of(path)


def read_states(path: Path) -> dict[str, np.ndarray]:
    """Read states.

    Raises:
        OwltfError: if the file does not hold any.
    """
    try:
        return dict(read_npz(path))
    except OwltfError as error:
        raise OwltfError(
            f"{path} does not hold the states of recurrent layers ({error}); remove it to start "
            f"them from zeros, as Caffe does"
        ) from error
