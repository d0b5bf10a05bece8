"""The errors that scripts get: pycaffe's types, with owltf's messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.python_layers.script_code import ScriptCode


class CaffeError(RuntimeError, OwltfError):
    """What real Caffe answers by ending the process, or pycaffe by a RuntimeError."""


class UnknownLayerError(ValueError):
    """A layer that the net does not have."""


@contextmanager
def caffe_errors() -> Iterator[None]:
    """Raise a CaffeError for an OwltfError inside; what a Python layer raised, as it was."""
    try:
        with ScriptCode.own_errors():
            yield
    except CaffeError:
        raise
    except OwltfError as error:
        raise CaffeError(str(error)) from error


def place_of(layer: str, names: list[str]) -> int:
    """Return the place of a layer.

    Raises:
        ValueError: if there is no such layer; near names are listed.
    """
    if layer not in names:
        raise UnknownLayerError(f"'{layer}' is not in list: {did_you_mean(layer, names)}")
    return names.index(layer)


def check_file(name: str) -> Path:
    """Return the path of a file.

    Raises:
        RuntimeError: if there is no such file.
    """
    path = Path(name)
    if not path.is_file():
        raise CaffeError(f"Could not open file {name}")
    return path
