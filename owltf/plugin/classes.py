"""Finds the classes that plugins add to `owltf`, such as `owltf.FeatureExtractor`."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

from owltf.did_you_mean import did_you_mean
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

# owl.net's classes, by the package that holds them.
_PACKAGES = {"FeatureExtractor": "owltf_extractor", "MultiviewTester": "owltf_tester"}


def class_names() -> list[str]:
    """Return the names of the classes that plugins add to `owltf`."""
    return list(Registry(make_manager()).classes)


def plugin_class(name: str) -> Any:
    """Return a class that a plugin adds to `owltf`.

    Args:
        name: the class's name.

    Raises:
        ImportError: if the plugin that has a class of owl.net is not installed.
        AttributeError: if no plugin has it.
    """
    classes = Registry(make_manager()).classes
    if name in classes:
        return resolve_name(classes[name])
    if name in _PACKAGES:
        package = _PACKAGES[name]
        raise ImportError(
            f"owltf.{name} comes with the plugin {package}, which is not there: install its "
            f"package, and let OWLTF_PLUGINS, if it is set, name {package}",
            name=package,
        )
    known = {"NetTrainer", *classes, *_PACKAGES}
    hint = did_you_mean(name, known)
    raise AttributeError(f"module 'owltf' has no attribute {name!r}: {hint}", name=name)
