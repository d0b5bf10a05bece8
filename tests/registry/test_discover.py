"""Tests of finding the classes of a folder."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from owltf.convert.converter import LayerConverter
from owltf.data.data_layer import DataLayer
from owltf.errors import OwltfError
from owltf.registry.discover import classes_in, namesakes_in


def test_finds_every_converter_by_its_file() -> None:
    found = classes_in("owltf.layers", LayerConverter)
    for each in found:
        assert each.__module__.startswith("owltf.layers.")
    types = [each.caffe_type for each in found]
    assert len(types) == len(set(types))
    assert {"Convolution", "Concat", "Accuracy", "Threshold"} <= set(types)
    assert LayerConverter not in found


def test_leaves_out_what_is_imported_or_abstract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "owltf_test_folder"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "inner" / "__init__.py").write_text("")
    (package / "base.py").write_text(
        "from abc import ABC, abstractmethod\n"
        "class Base(ABC):\n    @abstractmethod\n    def build(self): ...\n"
        "class Half(Base): ...\n"
        "class Whole(Half):\n    def build(self): ...\n"
    )
    (package / "inner" / "more.py").write_text(
        "from owltf_test_folder.base import Whole\nclass More(Whole): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = classes_in(package.name, import_module(f"{package.name}.base").Base)
    assert sorted(each.__name__ for each in found) == ["More", "Whole"]
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        monkeypatch.delitem(sys.modules, name)


def test_says_what_a_named_type_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "owltf_test_unfinished"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "noise.py").write_text(
        "from owltf.data.data_layer import DataLayer\n"
        "class Noise(DataLayer):\n    caffe_type = 'Noise'\n"
        "    def dataset(self, position): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    message = "class Noise of owltf_test_unfinished.noise lacks describe, which DataLayer demands"
    with pytest.raises(OwltfError, match=message):
        classes_in(package.name, DataLayer)
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        monkeypatch.delitem(sys.modules, name)


def test_finds_what_has_the_name_of_its_file() -> None:
    found = namesakes_in("owltf.fillers")
    assert found.keys() == {
        "bilinear",
        "constant",
        "gaussian",
        "msra",
        "positive_unitball",
        "uniform",
        "xavier",
    }
    assert found["xavier"].__module__ == "owltf.fillers.xavier"
    assert namesakes_in("owltf.commands").keys() >= {"layers", "new_plugin", "run", "upgrade"}
