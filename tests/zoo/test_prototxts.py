"""Every prototxt of the zoo is read, or all that stock Caffe does not have is named at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from zoo_files import ZOO

from owltf.caffe.file_kind import SOLVER, file_kind
from owltf.caffe.net.read import read_solver
from owltf.caffe.schema.schema import load_schema
from owltf.commands.layers import layers
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

FILES = sorted((ZOO / "prototxt").glob("*.prototxt"))
NETS = [path for path in FILES if file_kind(path) != SOLVER]
pytestmark = pytest.mark.skipif(not FILES, reason="needs ../shared/zoo")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(make_manager())


def judged(path: Path, registry: Registry) -> list[tuple[str, ...]]:
    """Return the rows of `owltf layers`: layer, type or field, where, verdict."""
    ran = CliRunner().invoke(layers, ["--markdown", str(path)], obj=registry)
    assert ran.exit_code in (0, 1), ran.output
    return [tuple(line.strip("|").split("|")) for line in ran.stdout.splitlines()[2:]]


def refused(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of what a net has and owltf has not."""
    for layer, name, _, verdict in rows:
        if verdict.strip() != "yes" and "--allow-python-layers" not in verdict:
            yield ("layer" if layer.strip() else "field"), name.strip()


@pytest.fixture(scope="module")
def fields_of_caffe() -> set[str]:
    schema: Any = json.loads((ZOO.parent / "caffe-format" / "schema.json").read_text())
    return set(_names(schema))


def _names(value: Any) -> Iterator[str]:
    """Yield every string of the schema: names of fields and of enums' values among them."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("path", NETS, ids=lambda path: path.stem)
def test_what_is_refused_is_not_stock_caffes(
    path: Path, registry: Registry, fields_of_caffe: set[str]
) -> None:
    for kind, name in refused(judged(path, registry)):
        if kind == "layer":
            assert name not in registry.converters
        else:
            assert name not in fields_of_caffe


@pytest.mark.parametrize("path", sorted(set(FILES) - set(NETS)), ids=lambda path: path.stem)
def test_solvers_are_read(path: Path) -> None:
    assert read_solver(path, load_schema()).parameter.ListFields()
