"""Importing owltf is cheap, says how TensorFlow will start, and brings plugins' classes later."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import owltf
from owltf.errors import OwltfError
from owltf.plugin import classes
from owltf.train.net_trainer import NetTrainer

CODE = (
    "import os, sys, owltf; print(os.environ['TF_ENABLE_ONEDNN_OPTS'], 'tensorflow' in sys.modules)"
)
# `from owltf import errors` asks the package for the name before it imports the module.
LIGHT = "import sys, owltf; from owltf import errors; sys.exit('pluggy' in sys.modules)"


@pytest.mark.parametrize(("given", "wanted"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")])
def test_onednn_is_on_unless_the_user_says_otherwise(given: dict[str, str], wanted: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        env={**environ, **given},
    )
    assert done.stdout.split() == [wanted, "False"]


def test_no_plugin_is_asked_until_a_class_is() -> None:
    assert subprocess.run([sys.executable, "-c", LIGHT], check=False).returncode == 0


def test_the_trainer_is_owltfs_own() -> None:
    assert owltf.NetTrainer is NetTrainer
    assert {"NetTrainer", "__version__"} <= set(dir(owltf))
    assert owltf.__all__ == ["NetTrainer", "__version__"]


@pytest.mark.parametrize("name", ["nothing", "Nothing", "_private"])
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'owltf' has no attribute '{name}'"):
        getattr(owltf, name)


def test_a_broken_plugin_leaves_the_names_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OwltfError("plugin 'mine' does not load")

    monkeypatch.setattr(classes, "class_names", broken)
    assert "NetTrainer" in dir(owltf)


@pytest.mark.parametrize(
    "code", ["from owltf.api import load_net, Net", "from owltf import NetTrainer"]
)
def test_importing_shows_no_notes_of_tensorflow(code: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    assert (done.stdout, done.stderr) == ("", "")
