"""The schema files of a layer type's plugin."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from owltf.plugin.manager import make_manager
from owltf.registry.layer_schemas import LayerSchemas

PLUGIN = """
from pathlib import Path
from owltf.api import hookimpl

@hookimpl
def owltf_schema():
    return [Path(__file__).with_name("{name}.pb")]

@hookimpl
def owltf_layer_converters():
    return ["{type}"] and []
"""


def plugin(folder: Path, name: str, layer_type: str) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(PLUGIN.format(name=name, type=layer_type))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_they_are_those_of_the_plugin_that_names_the_type(tmp_path: Path) -> None:
    manager = make_manager()
    for name, layer_type in (("first", "Fold"), ("second", "Stretch")):
        manager.register(plugin(tmp_path, name, layer_type), name=name)
    schemas = LayerSchemas(manager)
    assert schemas("Stretch") == ((tmp_path / "second.pb",),)
    assert schemas("Nobodys") == ()
