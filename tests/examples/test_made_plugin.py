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
from plugin_environment import Environment

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema

pytest.importorskip("hatchling")
pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_layer_plugin"
# pip installs editable packages by hatchling and `editables`; without it they are installed anew.
EDITABLE = ["--editable"] if find_spec("editables") else []
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
    return Environment.make(folder, "my_thing", "my_layer_plugin")


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
    done = environment.python("-m", "pytest", "-q", "-W", "error", cwd=folder)
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


def edit(path: Path, function: str, line: str) -> None:
    """Put a line in place of the last one of a function."""
    lines = path.read_text().splitlines(keepends=True)
    start = next(i for i, each in enumerate(lines) if re.match(rf" *def {function}\(", each))
    last = next(i for i in range(start, len(lines)) if re.match(r" *return ", lines[i]))
    assert lines[last] != line
    lines[last] = line
    path.write_text("".join(lines))


def run_edited(environment: Environment, made: Path) -> None:
    """Run the tests of the edited plugin."""
    if not EDITABLE:
        environment.install(made)
    run_tests(environment, made)


def test_edited_as_its_readme_says_it_trains(environment: Environment, made: Path) -> None:
    layer, formula = re.findall(r"```python\n   (.*\n) *```", step(made, 2))
    edit(made / "my_thing" / "my_thing.py", "call", layer)
    with pytest.raises(AssertionError, match=r"top 0 \('top0'\) of MyThing layer 'layer': at "):
        run_edited(environment, made)
    edit(made / "tests" / "test_my_thing.py", "formula", formula)
    run_edited(environment, made)
    (command,) = commands(step(made, 3))
    done = environment.python("-m", *command.split(), cwd=made)
    assert done.returncode == 0, done.stderr
    losses = [
        float(each) for each in re.findall(r"^Iteration \d+, loss = (.*)$", done.stdout, re.M)
    ]
    assert losses[-1] < losses[0] / 3
    weights = read_weights(made / "train" / "my_thing_iter_100.caffemodel", load_schema())
    (gain,) = next(each.blobs for each in weights if each.name == "mine")
    # The larger it is the more the layer is like ReLU.
    assert np.all(gain > 1)
