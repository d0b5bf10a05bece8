"""Finds the caffemodels that a solver's `weights` names."""

from __future__ import annotations

from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.caffe.prototxt.source import SolverSource
from owltf.errors import OwltfError


def solver_weights(source: SolverSource) -> list[Path]:
    """Return the files that a solver's `weights` fields name, each perhaps several with commas.

    Raises:
        OwltfError: if one is missing; the error names the field's line.
    """
    names = [name.strip() for field in source.parameter.weights for name in field.split(",")]
    try:
        return [find_file(name, source.folder) for name in names if name]
    except OwltfError as error:
        raise OwltfError(f"{source.where('weights')}: weights {error}") from None
