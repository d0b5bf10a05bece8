"""The fixtures, as pytest gives them to plugins, and what they cost the tests of others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from owltf.testing import pytest_plugin

OTHERS = """
import sys

def test_nothing_heavy_was_imported():
    assert "owltf.testing.pytest_plugin" in sys.modules
    for name in ("tensorflow", "keras", "numpy", "owltf.testing.nets", "owltf.api"):
        assert name not in sys.modules, name
"""
CONFTEST = """
import sys
import pytest
from types import SimpleNamespace
from owltf.api import hookimpl

def converters():
    import keras
    from owltf.api import LayerConverter

    class SoftSign(LayerConverter):
        caffe_type = "SoftSign"

        def build(self, layer, bottom):
            return bottom.map(layer.keras(keras.layers.Activation, activation="softsign"))

    return [SoftSign]

@pytest.fixture
def owltf_plugins():
    return [SimpleNamespace(owltf_layer_converters=hookimpl(converters))]
"""
OURS = """
import numpy as np
import pytest

NET = '''
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "layer" type: "SoftSign" bottom: "x" top: "y" }
'''
X = np.array([[-1, 0.5, 1], [2, -3, 4]], np.float32)

def test_tensorflow_starts():
    import tensorflow as tf
    tf.constant(1)

def test_run_layer(run_layer):
    run = run_layer(NET, [X], top_grads=[np.ones_like(X)])
    np.testing.assert_allclose(run.tops[0], X / (1 + abs(X)), rtol=1e-6)

def test_check_layer(check_layer):
    check_layer(NET, [X], tops=[X / (1 + abs(X))])

def test_check_layer_finds(check_layer):
    with pytest.raises(AssertionError, match=r"^top 0 .*: at \\(1, 2\\): got 0.8, expected 4"):
        check_layer(NET, [X], tops=[X])

def test_check_gradients(check_gradients):
    check_gradients(NET, [X])

def test_check_converter(check_converter):
    check_converter(NET, [X])

def test_registry(owltf_registry, tmp_path):
    from owltf.api import load_net
    (tmp_path / "net.prototxt").write_text(NET)
    net = load_net(tmp_path / "net.prototxt", registry=owltf_registry)
    assert net.blob_shapes["y"] == (2, 3)
"""

Pytest = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_pytest(tmp_path: Path) -> Pytest:
    """Return a function that runs pytest on files in a folder of their own."""
    installed = any(entry.name == "owltf" for entry in entry_points(group="pytest11"))
    options = [] if installed else ["-p", "owltf.testing.pytest_plugin"]

    def run(**files: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, *options],
            cwd=tmp_path,
            env={**os.environ, "OWLTF_PLUGINS": "none"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_tests_of_others_do_not_import_tensorflow(run_pytest: Pytest) -> None:
    done = run_pytest(test_others=OTHERS)
    assert done.returncode == 0, done.stdout


def test_the_fixtures_know_a_plugin_that_is_not_installed(run_pytest: Pytest) -> None:
    done = run_pytest(conftest=CONFTEST, test_ours=OURS)
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_all_fixtures_are_listed() -> None:
    defined = {
        name
        for name, member in vars(pytest_plugin).items()
        if type(member).__name__ == "FixtureFunctionDefinition"
    }
    assert defined == pytest_plugin.FIXTURES


def test_pytest_finds_the_module_by_itself() -> None:
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    entry = f'[project.entry-points.pytest11]\nowltf = "{pytest_plugin.__name__}"\n'
    assert entry in pyproject
