"""Maps a file into memory, so that only the used parts of it are read from disk."""

import mmap
from pathlib import Path

from owltf.caffe.binary.bus_error import tell_if_cut
from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular


def map_file(path: Path) -> memoryview:
    """Return a read-only view of a file's bytes; the file stays mapped as long as the view lives.

    Raises:
        OwltfError: if it cannot be opened.
    """
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise OwltfError(
            f"{path}: {(getattr(error, 'strerror', None) or str(error)).lower()}"
        ) from error
    tell_if_cut(path, len(view))
    return view
