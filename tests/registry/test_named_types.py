"""Layer types are known by the sources of their plugins."""

from __future__ import annotations

import subprocess
import sys

from owltf.plugin.manager import make_manager
from owltf.registry.named_types import NamedTypes
from owltf.registry.registry import Registry


def test_every_type_of_a_plugin_is_named() -> None:
    manager = make_manager()
    registry, named = Registry(manager), NamedTypes(manager)
    types = [*registry.converters, *registry.data_layers]
    assert types
    assert [each for each in types if each not in named] == []
    assert "Convolutoin" not in named


def test_tensorflow_is_not_loaded() -> None:
    program = (
        "import sys; from owltf.plugin.manager import make_manager;"
        "from owltf.registry.named_types import NamedTypes;"
        "assert 'ReLU' in NamedTypes(make_manager()); assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
