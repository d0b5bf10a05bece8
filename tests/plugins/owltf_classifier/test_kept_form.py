"""A form is found by what decides on it, and a refusal is remembered."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from engine_case import FunctionEngine
from owltf_classifier.kept_form import FormPlace, form_place

from owltf.api import FormStore, OwltfError, load_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "y" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }
"""
REGISTRY = Registry(make_manager())


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OWLTF_CACHE", str(tmp_path / "cache"))
    Path("net.prototxt").write_text(NET)


def place(engine: Any = None, file: str = "net.prototxt", **flags: Any) -> Any:
    return form_place(REGISTRY, engine or FunctionEngine(), file, flags)


def test_a_key_is_of_what_decides_on_the_form() -> None:
    assert place().key == place(labels="names.txt", top=3).key
    assert place().key != place(softmax_layer="y").key
    other = SimpleNamespace(name="other")
    assert place().key != place(other).key


@pytest.mark.parametrize("flag", [{"gpu": "0"}, {"cpu_replicas": 2}, {"snapshot": 0}])
def test_what_is_tensorflows_has_no_form(flag: dict[str, Any]) -> None:
    assert place(**flag) is None


def test_a_missing_file_has_no_form() -> None:
    assert place(file="no.prototxt") is None
    assert place(weights=[Path("no.caffemodel")]) is None


def test_a_form_is_made_once() -> None:
    made = place(FunctionEngine(lambda arrays: {"y": 2 * arrays["x"]}))
    assert made.find() is None
    form = made.make(load_net("net.prototxt"), "y", {"title": "it"})
    assert made.find() == form


def test_a_refusal_is_remembered() -> None:
    refusing = FormPlace(FunctionEngine(), "key", FormStore())
    with pytest.raises(OwltfError, match="no function"):
        refusing.make(load_net("net.prototxt"), "y", {"title": "it"})
    with pytest.raises(OwltfError, match="no function"):
        refusing.find()
