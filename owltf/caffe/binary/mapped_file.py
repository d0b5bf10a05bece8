"""Files mapped into memory, so that only what is used of them is read."""

import mmap
from pathlib import Path

from owltf.errors import OwltfError


def map_file(path: Path) -> memoryview:
    """Map a file read-only; the view keeps it mapped.

    Raises:
        OwltfError: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
