"""Tests of what every hook owes its reader."""

from __future__ import annotations

import inspect

import pluggy
import pytest

from owltf.plugin import hookspecs
from owltf.registry.markers import PROJECT

HOOKS = {
    name: function
    for name, function in vars(hookspecs).items()
    if inspect.isfunction(function) and function.__module__ == hookspecs.__name__
}


def test_every_function_is_a_hook_of_the_project() -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    assert set(vars(manager.hook)) >= set(HOOKS)
    assert all(name.startswith("owltf_") for name in HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_argument_is_documented(name: str) -> None:
    documentation = inspect.getdoc(HOOKS[name]) or ""
    assert documentation
    arguments = list(inspect.signature(HOOKS[name]).parameters)
    missing = [each for each in arguments if len(arguments) > 1 and f"{each}:" not in documentation]
    assert not missing
