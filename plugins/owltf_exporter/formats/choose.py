"""Chooses the export format by its name or by the file's suffix, and loads its module."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from owltf.api import OwltfError, refuse_existing

if TYPE_CHECKING:
    from owltf_exporter.compare import Difference
    from owltf_exporter.export_job import Exported


class Format(Protocol):
    """The functions that the module of a format has.

    Attributes:
        TOLERANCE: the largest difference allowed between the net's outputs and the export's.
    """

    TOLERANCE: float

    def write(self, exported: Exported, path: Path) -> None:
        """Write a net."""

    def check(self, exported: Exported, path: Path) -> Difference:
        """Load the written file and compare its outputs with the net's."""


SAVED_MODEL = "saved_model"
SUFFIXES = {
    "caffemodel": ".caffemodel",
    "hdf5": ".h5",
    "keras": ".keras",
    "onnx": ".onnx",
    "python": ".py",
    "tflite": ".tflite",
}
NAMES = (SAVED_MODEL, *SUFFIXES)
_MODULES = {name: f"owltf_exporter.formats.{name}_file" for name in SUFFIXES}
_MODULES[SAVED_MODEL] = "owltf_exporter.formats.saved_model.saved_model"


def format_name(out: Path, wanted: str | None) -> str:
    """Return the name of the format for an output: the wanted one, or that of its suffix.

    Raises:
        OwltfError: if the suffix is another format's, or another file or folder has that path.
    """
    by_suffix = {suffix: name for name, suffix in SUFFIXES.items()}
    name = wanted or by_suffix.get(out.suffix, SAVED_MODEL)
    suffix = SUFFIXES.get(name)
    if suffix and out.suffix != suffix:
        raise OwltfError(f"{out}: a file of --format {name} must end in {suffix}")
    _check_place(out, is_folder=name == SAVED_MODEL)
    return name


def load_format(name: str) -> Format:
    """Return the module of a format; importing it imports the packages that it needs."""
    return cast(Format, import_module(_MODULES[name]))


def _check_place(out: Path, *, is_folder: bool) -> None:
    if not is_folder and out.is_dir():
        raise OwltfError(f"{out}: is a folder")
    is_other = out.is_dir() and any(out.iterdir()) and not (out / "saved_model.pb").exists()
    if is_folder and (is_other or out.is_file()):
        raise OwltfError(f"{out}: is there already and is not a SavedModel; choose another name")
    refuse_existing([out], force=True)
