"""A plugin made by `owltf new-plugin`, beside the example plugin, and made one's own.

What is done to it is what its README says in three steps.
"""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from plugin_environment import Done, Environment

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema

pytest.importorskip("hatchling")
pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_layer_plugin"
# pip installs editable packages by hatchling and `editables`; without it they are installed anew.
EDITABLE = ["--editable"] if find_spec("editables") else []
# The lowest versions of libraries that are allowed warn of each other.
OF_LIBRARIES = ("ignore:Protobuf gencode version:UserWarning", "ignore::DeprecationWarning")
WARNINGS = [word for each in ("error", *OF_LIBRARIES) for word in ("-W", each)]
BOTH = """
train_net_param {
  layer {
    name: "data" type: "DummyData" top: "x" top: "wanted"
    dummy_data_param { shape { dim: 8 dim: 3 } data_filler { type: "gaussian" std: 1 } }
  }
  layer { name: "thing" type: "MyThing" bottom: "x" top: "y" my_thing_param { } }
  layer { name: "shrink" type: "Shrink" bottom: "y" top: "z" shrink_param { } }
  layer { name: "loss" type: "EuclideanLoss" bottom: "z" bottom: "wanted" top: "loss" }
}
base_lr: 0.1 lr_policy: "fixed" max_iter: 2 random_seed: 1 snapshot_prefix: "both"
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("environment")
    return Environment.make(folder, "my_thing", "my_layer_plugin", "owltf_exporter")


@pytest.fixture(scope="module")
def example(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example plugin, installed."""
    folder = tmp_path_factory.mktemp("example") / "my_layer_plugin"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    environment.install(folder)
    return folder


@pytest.fixture(scope="module")
def made(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The new plugin after step 1 of its README, which is to install it."""
    folder = tmp_path_factory.mktemp("made")
    done = environment.python("-m", "owltf", "new-plugin", "my-thing", cwd=folder)
    assert done.returncode == 0, done.stderr
    environment.install(folder / "my-thing", *EDITABLE)
    return folder / "my-thing"


def step(made: Path, number: int) -> str:
    """Return a step of the README."""
    readme = (made / "README.md").read_text()
    return re.split(r"^\d\. ", readme.split("\n## What")[0], flags=re.MULTILINE)[number]


def commands(text: str) -> list[str]:
    """Return the commands of a piece of the README."""
    return re.findall(r"^ *\$ (.*)$", text, re.MULTILINE)


def run_tests(environment: Environment, folder: Path) -> None:
    """Run the tests of a plugin."""
    done = environment.python("-m", "pytest", "-q", *WARNINGS, cwd=folder)
    assert done.returncode == 0, done.stdout


def test_both_packages_pass_their_own_tests(
    environment: Environment, made: Path, example: Path
) -> None:
    assert commands(step(made, 1)) == ["pip install -e '.[test]'", "pytest"]
    run_tests(environment, made)
    run_tests(environment, example)


def test_a_net_may_have_layers_of_both(
    environment: Environment, made: Path, example: Path, tmp_path: Path
) -> None:
    (tmp_path / "solver.prototxt").write_text(BOTH)
    done = environment.python("-m", "owltf", "run", "solver.prototxt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Optimization Done." in done.stdout
    # The fields have numbers of their own, so none had to be changed.
    assert "number" not in done.stdout


def test_its_name_is_taken_once_it_is_installed(
    environment: Environment, made: Path, tmp_path: Path
) -> None:
    done = environment.python("-m", "owltf", "new-plugin", "my-thing", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "owltf: error: a plugin named 'my_thing' is installed; choose another NAME\n"
    )


def edit(path: Path, start: str, text: str, end: str = "\n") -> None:
    """Put lines in place of as many, the last ones of a function or of a text.

    Args:
        path: the file.
        start: what the first line of the function or text begins with.
        text: the new lines.
        end: the line after it.
    """
    lines = [*path.read_text().splitlines(keepends=True), "\n"]
    first = next(i for i, each in enumerate(lines) if each.startswith(start))
    stop = lines.index(end, first)
    new = text.splitlines(keepends=True)
    assert lines[stop - len(new) : stop] != new
    lines[stop - len(new) : stop] = new
    path.write_text("".join(lines[:-1]))


def run_edited(environment: Environment, made: Path) -> None:
    """Run the tests of the edited plugin."""
    if not EDITABLE:
        environment.install(made)
    run_tests(environment, made)


def test_edited_as_its_readme_says_it_trains(environment: Environment, made: Path) -> None:
    snippets = re.findall(r"```python\n(.*?) *```", step(made, 2), re.DOTALL)
    call, formula, source, onnx = (re.sub(r"^ {3}", "", each, flags=re.M) for each in snippets)
    layer = made / "my_thing" / "my_thing.py"
    edit(layer, "    def call(self, inputs: Any)", call)
    with pytest.raises(AssertionError, match=r"top 0 \('top0'\) of MyThing layer 'layer': at "):
        run_edited(environment, made)
    edit(made / "tests" / "test_my_thing.py", "def formula(", formula)
    with pytest.raises(AssertionError, match="ONNX"):
        run_edited(environment, made)
    edit(layer, "    def onnx(", onnx)
    edit(layer, "SOURCE = ", source, end="'''\n")
    run_edited(environment, made)
    command, *exports = commands(step(made, 3))
    done = environment.python("-m", *command.split(), cwd=made)
    assert done.returncode == 0, done.stderr
    losses = [float(each) for each in re.findall(r"Iteration \d+, loss = (\S+)", done.stdout)]
    assert losses[-1] < losses[0] / 3
    weights = read_weights(made / "train" / "my_thing_iter_100.caffemodel", load_schema())
    (gain,) = next(each.blobs for each in weights if each.name == "mine")
    # The larger it is the more the layer is like ReLU.
    assert np.all(gain > 1)
    for each in exports:
        done = environment.python("-m", *each.split(), cwd=made)
        assert done.returncode == 0, done.stderr


LACKING = {
    "onnx": "--format onnx cannot write layer 'mine': Shrink (my_layer_plugin) has no `onnx` "
    "method",
    "source": "--format python has no plain Keras for Shrink layer 'mine' (train/net.prototxt): "
    "its class my_layer_plugin.shrink.SoftThreshold has no method `source`",
}
FORMATS = ("out", "out.caffemodel", "out.h5", "out.keras", "out.onnx", "out.py", "out.tflite")


def export(environment: Environment, folder: Path, out: Path) -> Done:
    """Export the net of a plugin with random weights."""
    words = ["-m", "owltf", "export", "train/net.prototxt", out, "--random-weights"]
    return environment.python(*words, cwd=folder)


@pytest.mark.parametrize("out", FORMATS)
def test_its_layer_goes_into_every_format(
    environment: Environment, example: Path, tmp_path: Path, out: str
) -> None:
    done = export(environment, example, tmp_path / out)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / out).exists()


@pytest.mark.parametrize(("out", "method"), [("out.onnx", "onnx"), ("out.py", "source")])
def test_a_method_that_it_lacks_is_named(
    environment: Environment, example: Path, tmp_path: Path, out: str, method: str
) -> None:
    script = f"""
import runpy, sys
from my_layer_plugin.shrink import Shrink, SoftThreshold
for owner in (Shrink, SoftThreshold):
    if "{method}" in vars(owner):
        delattr(owner, "{method}")
sys.argv = ["owltf", "export", "train/net.prototxt", {str(tmp_path / out)!r}, "--random-weights"]
runpy.run_module("owltf", run_name="__main__")
"""
    done = environment.python("-c", script, cwd=example)
    assert done.returncode == 2
    # The script imports Keras before owltf can keep TensorFlow quiet.
    assert done.stderr.splitlines()[-1] == f"owltf: error: {LACKING[method]}"
    assert not (tmp_path / out).exists()
