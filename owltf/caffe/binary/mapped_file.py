"""Maps a file into memory, so that only the used parts of it are read from disk."""

import mmap
from pathlib import Path

from owltf.errors import OwltfError


def map_file(path: Path) -> memoryview:
    """Return a read-only view of a file's bytes; the file stays mapped as long as the view lives.

    Raises:
        OwltfError: if it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
