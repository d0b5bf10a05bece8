"""The python format: a program that builds the net with Keras, its weights in a file beside it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Arrays, Exported
from owltf_exporter.keras_source.program import program_of
from owltf_exporter.keras_source.weights import weights_of

TOLERANCE = 1e-5


def write(exported: Exported, path: Path) -> None:
    """Write a net as a program with an `.npz` of its weights."""
    path.write_text(program_of(exported), encoding="ascii")
    arrays: dict[str, Any] = {**weights_of(exported.model)}
    np.savez(path.with_suffix(".npz"), **arrays)
    exported.tell(f"its weights are in {path.with_suffix('.npz').name}")


def check(exported: Exported, path: Path) -> Difference:
    """Run the program and compare its model with the net."""
    model = load_program(path).build()

    def run(arrays: Arrays) -> Arrays:
        tops = model(dict(arrays), training=False)
        return {name: top.numpy() for name, top in tops.items()}

    return difference(exported, run)


def load_program(path: Path) -> ModuleType:
    """Run a program and return it as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
