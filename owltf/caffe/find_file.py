"""Finds the files whose paths are written in a solver or a net."""

from collections.abc import Iterator
from pathlib import Path

from owltf.errors import OwltfError

_MOST_SHOWN = 6


def find_file(path: str, beside: Path | None) -> Path:
    """Return the first file or folder of this path that exists, looked for in several folders.

    They are the working directory, the folder `beside`, then the folders above that one.

    Args:
        path: the path as it is written in a solver or a net.
        beside: the folder of the file in which the path is written, None if it is in no file.

    Raises:
        OwltfError: if there is none; the error lists the paths that were tried.
    """
    tried: list[Path] = []
    for candidate in _candidates(Path(path), beside) if path else ():
        if candidate.exists():
            return candidate
        tried.append(candidate.absolute())
    raise OwltfError(f"{path or 'a file without a name'}: not found; tried {_listed(tried)}")


def _candidates(path: Path, beside: Path | None) -> Iterator[Path]:
    yield path
    if path.is_absolute():
        return
    folder = Path.cwd() if beside is None else beside.absolute()
    for ancestor in (folder, *folder.parents) if beside is not None else ():
        if ancestor != Path.cwd():
            yield ancestor / path


def _listed(tried: list[Path]) -> str:
    shown = ", ".join(str(path) for path in tried[:_MOST_SHOWN])
    left = len(tried) - _MOST_SHOWN
    return f"{shown} and {left} folders above" if left > 0 else shown or "nothing"
