"""The tree keeps its promises: tests mirror sources, axes move in one place, documents are true."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from owltf_caffe_tools.command import caffe_tools
from owltf_classifier.command import classify
from owltf_datasets.compute_image_mean import compute_image_mean
from owltf_datasets.convert_digits import convert_mnist
from owltf_datasets.convert_imageset import convert_imageset
from owltf_datasets.dataset import check, info
from owltf_exporter.command import export
from owltf_extractor.command import extract
from owltf_pictures.draw import draw
from owltf_pictures.plot import plot
from owltf_tester import command as tester

from owltf import testing
from owltf.api import hookimpl
from owltf.cli import cli
from owltf.commands.layers import layers
from owltf.commands.new_plugin import new_plugin
from owltf.commands.run import run
from owltf.commands.time import time
from owltf.commands.train import train
from owltf.plugin import hookspecs
from owltf.train.watch import owltf_run_options

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "owltf"
TESTS = ROOT / "tests"
PLUGINS = ROOT / "plugins"
# Where the sources of each folder have their tests.
MIRRORS = {SOURCES: TESTS, PLUGINS: TESTS / "plugins"}
TEXT = "a text; tests/plugins/owltf_exporter/test_layer_cases.py runs it"
# Sources without a test file of their own, and why.
UNMIRRORED = {
    "owltf/__main__.py": "two lines; tests/test_cli.py runs them",
    "owltf/caffe/schema/messages.py": "names for type hints",
    "owltf/layers/activation/affine_source.py": TEXT,
    "owltf/layers/common/embed_source.py": TEXT,
    "owltf/layers/recurrent/recurrent_source.py": TEXT,
    "owltf/layers/utility/parameter_source.py": TEXT,
    "owltf/layers/vision/deconvolution_source.py": TEXT,
    "owltf/registry/markers.py": "pluggy's two decorators; every test of plugins uses them",
}
# Matrices may be transposed; their axes are not those of a blob.
TRANSPOSES_WEIGHTS = {"common/inner_product.py", "vision/correlate.py"}
PERMUTES = re.compile(r"\b(transpose|swapaxes|moveaxis|Permute)\(")
FOLDERS = ("owltf", "plugins", "tests", "docs", "examples", "benchmarks")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")))


def sources(folder: Path = SOURCES) -> Iterator[str]:
    """Yield a folder's modules, but for those that only make a package of it."""
    for path in sorted(folder.rglob("*.py")):
        if path.name != "__init__.py":
            yield path.relative_to(folder).as_posix()


def document(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text()


def mirrors_of(source: str) -> list[Path]:
    """Return the files that test a source, which lie where it lies in its own folder."""
    path = ROOT / source
    (folder,) = (each for each in MIRRORS if path.is_relative_to(each))
    mirror = MIRRORS[folder] / path.parent.relative_to(folder)
    return [*mirror.glob(f"test_{path.stem}.py"), *mirror.glob(f"test_{path.stem}_*.py")]


ALL = {f"{folder.relative_to(ROOT)}/{source}" for folder in MIRRORS for source in sources(folder)}


@pytest.mark.parametrize("source", sorted(ALL - UNMIRRORED.keys()))
def test_every_source_has_its_test(source: str) -> None:
    assert mirrors_of(source), f"the test of {source} is missing"


@pytest.mark.parametrize("source", sorted(UNMIRRORED))
def test_exceptions_are_not_stale(source: str) -> None:
    assert (ROOT / source).exists()
    assert not mirrors_of(source)


def test_only_blob_permutes_axes() -> None:
    layers = SOURCES / "layers"
    permuting = {each for each in sources(layers) if PERMUTES.search((layers / each).read_text())}
    assert permuting <= TRANSPOSES_WEIGHTS


@pytest.mark.parametrize(
    "hook", [name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if "_" in name]
)
def test_every_hook_is_called_and_tested(hook: str) -> None:
    called = re.compile(rf"hook\.{hook}(\.call_historic)?\(|\"{hook}\"")
    others = [path for path in SOURCES.rglob("*.py") if path.name != "hookspecs.py"]
    assert any(called.search(path.read_text()) for path in others)
    tests = (path for path in TESTS.rglob("*.py") if path != Path(__file__))
    assert any(hook in path.read_text() for path in tests)


def imported(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("folder", ["examples/my_layer_plugin/my_layer_plugin", "plugins"])
def test_plugins_import_owltf_api_alone(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        of_ours = {name for name in imported(path) if name.split(".")[0] == "owltf"}
        assert of_ours <= {"owltf.api"}, path


def test_architecture_has_the_floors_of_the_import_contract() -> None:
    settings = document("pyproject.toml")
    contract = re.search(r"^layers = \[\n(.*?)^\]", settings, re.MULTILINE | re.DOTALL)
    assert contract
    floors = [re.findall(r"owltf\.\w+", line) for line in contract.group(1).splitlines()]
    rows = re.findall(r"^\| (`owltf\..*?) \|", document("docs/architecture.md"), re.MULTILINE)
    assert [re.findall(r"owltf\.\w+", row) for row in rows] == floors


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_in_documents_exist(name: str) -> None:
    text = document(name)
    named = re.findall(r"`((?:owltf|plugins|tests|docs|examples)/[\w/.]+)`", text)
    # Some leave `owltf/` out: `train/step.py`.
    named += [
        f"owltf/{short}"
        for short in re.findall(
            r"`((?!owltf|plugins|tests|docs|examples|benchmarks)\w+/[\w/]+\.py)`", text
        )
    ]
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    missing = [path for path in named if not (ROOT / path).exists()]
    missing += [path for path in linked if not ((ROOT / name).parent / path).exists()]
    assert set(missing) <= {
        # The walk-through's new files.
        "owltf/layers/activation/bnll.py",
        "tests/layers/activation/test_bnll.py",
    }


@pytest.mark.parametrize("name", [*DOCUMENTS, "examples/mnist/README.md"])
def test_options_in_documents_exist(name: str) -> None:
    pictures = (draw, plot)
    tools = (
        *pictures,
        convert_imageset,
        compute_image_mean,
        info,
        check,
        caffe_tools,
        train,
        convert_mnist,
        time,
    )
    commands = (cli, run, layers, new_plugin, classify, export, extract, tester.test, *tools)
    known = {option for each in commands for param in each.params for option in param.opts}
    known |= {"--help", "--version"}
    known |= {word for option in owltf_run_options() for word in option.opts}
    commands = re.findall(r"^\$ (owltf .*)$", document(name), re.MULTILINE)
    assert {option for command in commands for option in re.findall(r"--[\w-]+", command)} <= known


def test_the_oldest_packages_are_those_of_the_bounds() -> None:
    wanted = re.findall(r'"([\w-]+)>=([\d.]+)"', document("pyproject.toml").split("[tool.")[0])
    bounds = {name: bound for name, bound in wanted if name != "hatchling"}
    pins = dict(re.findall(r"^([\w-]+)==(.+)$", document("tests/lowest.txt"), re.MULTILINE))
    assert pins.keys() == bounds.keys()
    assert all(f"{pins[name]}.".startswith(f"{bound}.") for name, bound in bounds.items())


def test_readme_leads_with_the_two_commands() -> None:
    first = document("README.md").split("```")[1]
    assert [re.sub(r"^\$ | +#.*$", "", line) for line in first.strip().splitlines()[1:]] == [
        "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox run -e demo",
        "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox",
    ]


def test_the_walk_through_works(tmp_path: Path) -> None:
    text = document("CONTRIBUTING.md")
    converter, its_test = re.findall(r"   ```python\n(.*?)   ```", text, re.DOTALL)
    names: dict[str, Any] = {}
    for block in (converter, its_test):
        exec(compile(textwrap.dedent(block), "CONTRIBUTING.md", "exec"), names)
    plugin = SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [names["BNLL"]]))
    with testing.use_plugins(plugin):
        for name in ("test_bnll", "test_bnll_keeps_the_contract"):
            names[name]()
        testing.net_of(names["NET"]).model.save(tmp_path / "bnll.keras")


def test_the_layer_table_is_whole() -> None:
    lines = CliRunner().invoke(cli, ["layers", "--markdown"]).stdout.splitlines()
    types = {line.split(" | ")[0].strip("| ") for line in lines[2:]}
    found = {
        match.group(1)
        for source in sources(SOURCES / "layers")
        if (match := re.search(r'caffe_type = "(\w+)"', (SOURCES / "layers" / source).read_text()))
    }
    assert found <= types
