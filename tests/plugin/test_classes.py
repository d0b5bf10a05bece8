"""Classes that plugins put on `owltf`."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from plugin_modules import install, plugin

import owltf
from owltf.errors import OwltfError
from owltf.plugin.classes import class_names, plugin_class


def with_class(**classes: str) -> object:
    return plugin(owltf_classes=lambda: classes)


def test_a_plugins_class_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=with_class(Ordered="collections:OrderedDict"))
    assert class_names() == ["Ordered"]
    assert plugin_class("Ordered") is owltf.Ordered is OrderedDict
    assert "Ordered" in dir(owltf)


def test_two_plugins_with_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, a=with_class(X="os:path"), b=with_class(X="os:path"))
    with pytest.raises(OwltfError, match="two plugins put the class X on owltf: a and b; disable"):
        plugin_class("X")


@pytest.mark.parametrize(
    ("name", "package"),
    [("FeatureExtractor", "owltf_extractor"), ("MultiviewTester", "owltf_tester")],
)
def test_a_missing_plugin_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    install(monkeypatch)
    with pytest.raises(ImportError, match=f"owltf.{name} comes with the plugin {package}, which"):
        plugin_class(name)


def test_an_unknown_name_is_an_attribute_error(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    with pytest.raises(AttributeError, match="no attribute 'NetTrane': did you mean 'NetTrainer'"):
        plugin_class("NetTrane")
