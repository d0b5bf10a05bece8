"""owltf new-plugin: what it writes, and what it refuses."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from owltf_classifier.command import classify
from owltf_exporter.command import export
from owltf_extractor.command import extract
from owltf_tester import command as tester

from owltf.caffe.net.read import read_net, read_solver
from owltf.caffe.schema.compile_schema import compile_extension
from owltf.caffe.schema.protoc import BASE_FOLDER
from owltf.caffe.schema.schema import Schema, load_schema
from owltf.cli import cli
from owltf.commands import new_plugin
from owltf.commands.layers import layers
from owltf.commands.new_plugin import FILES, NUMBERS, TEMPLATE, PluginNames, free_number
from owltf.commands.run import run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "my_layer_plugin"
COMMANDS = {each.name: each for each in (run, layers, classify, export, extract, tester.test)}

Owltf = Callable[..., Result]


@pytest.fixture
def owltf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owltf:
    """Call `owltf new-plugin` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Result:
        return CliRunner().invoke(cli, ["new-plugin", *map(str, words)], prog_name="owltf")

    return run


@pytest.fixture
def made(owltf: Owltf, tmp_path: Path) -> Path:
    """A plugin."""
    result = owltf("my-thing")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "my-thing: a plugin with the layer type MyThing; my-thing/README.md next\n"
    )
    return tmp_path / "my-thing"


def files(folder: Path) -> set[str]:
    """Return the paths of a plugin's files."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def test_a_plugin_is_written(made: Path) -> None:
    assert files(made) == {
        "README.md",
        "pyproject.toml",
        "my_thing/__init__.py",
        "my_thing/my_thing.py",
        "my_thing/my_thing.proto",
        "my_thing/my_thing.pb",
        "tests/test_my_thing.py",
        "train/net.prototxt",
        "train/solver.prototxt",
    }
    assert [path.name for path in made.parent.iterdir()] == ["my-thing"]


def test_every_file_of_the_template_is_used() -> None:
    assert files(TEMPLATE) == set(FILES)


def test_nothing_is_left_to_fill_in(made: Path) -> None:
    for path in made.rglob("*.*"):
        if path.suffix not in (".pb", ".md") and path.is_file():
            assert "$" not in path.read_text()
    assert "${" not in (made / "README.md").read_text()


def test_its_modules_are_python(made: Path) -> None:
    for path in made.rglob("*.py"):
        compile(path.read_text(), path, "exec")


@pytest.fixture(
    params=[("my-thing", []), ("my-layers", ["--layer", "SoftLRN2"])], ids=["same", "other"]
)
def any_made(request: pytest.FixtureRequest, owltf: Owltf, tmp_path: Path) -> Path:
    """A plugin whose layer is named after it, and one whose layer is not."""
    name, options = request.param
    assert owltf(name, *options).exit_code == 0
    return tmp_path / name


def texts(folder: Path) -> dict[Path, str]:
    """Return the files of a plugin that people read."""
    return {
        folder / name: (folder / name).read_text()
        for name in files(folder)
        if not name.endswith(".pb")
    }


def test_its_links_lead_somewhere(any_made: Path) -> None:
    for path, text in texts(any_made).items():
        links = re.findall(r"\]\(([^)]+)\)", text)
        there = {link for link in links if (path.parent / link).exists()}
        assert set(links) - there <= {"https://pypi.org/project/owltf"}
    assert re.search(r'^name = "owltf"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)


def test_the_files_and_folders_that_it_names_exist(any_made: Path) -> None:
    """Beside the text, in the plugin, or in owltf: its documents and Caffe's messages."""
    named = r"[\w./-]*\w\.(?:md|pb|proto|prototxt|py|toml)\b|(?<=`)[\w./-]+/(?=`)"
    for path, text in texts(any_made).items():
        folders = (path.parent, any_made, ROOT, BASE_FOLDER)
        for name in re.findall(named, text):
            assert any((folder / name).exists() for folder in folders), f"{path.name}: {name}"


def test_its_package_is_whole(any_made: Path) -> None:
    text = (any_made / "pyproject.toml").read_text()
    for key in ("packages", "testpaths"):
        (name,) = re.findall(rf'^{key} = \["(.*)"\]$', text, re.MULTILINE)
        assert (any_made / name).is_dir()
    (package,) = re.findall(r'entry-points\.owltf\]\n\w+ = "(\w+)"', text)
    assert (any_made / package / "__init__.py").exists()


def test_what_it_imports_of_owltf_exists(any_made: Path) -> None:
    for path in any_made.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("owltf"):
                module = import_module(str(node.module))
                assert all(hasattr(module, each.name) for each in node.names)


def commands(folder: Path) -> list[list[str]]:
    """Return the commands that a plugin's texts tell their readers to give."""
    line = re.compile(r"^ *\$ (.+)$|^//   (.+)$", re.MULTILINE)
    found = [line.findall(text) for text in texts(folder).values()]
    return [shlex.split("".join(match)) for matches in found for match in matches]


def check_command(words: list[str], folder: Path) -> None:
    """Assert that a command exists and takes these words, and that its files are there."""
    match words:
        case ["pip", "install", *_, what]:
            name, extra = re.fullmatch(r"(.*)\[(\w+)\]", what).groups()
            settings = {".": folder, "owltf": ROOT}[name] / "pyproject.toml"
            extras = settings.read_text().partition("[project.optional-dependencies]\n")[2]
            assert f"\n{extra} = [" in f"\n{extras.partition('[project')[0]}"
        case ["python", "-m", module, *_]:
            assert find_spec(module)
        case ["owltf", name, *rest]:
            COMMANDS[name].make_context(name, rest)
        case _:
            assert words == ["pytest"]
    assert all((folder / word).exists() for word in words if word.endswith(("prototxt", "proto")))


def test_its_commands_can_be_given(any_made: Path) -> None:
    found = commands(any_made)
    assert {words[0] for words in found} == {"owltf", "pip", "pytest", "python"}
    for words in found:
        check_command(words, any_made)


def test_its_message_extends_the_format(made: Path) -> None:
    schema = load_schema([made / "my_thing" / "my_thing.pb"])
    field = schema.message("LayerParameter").DESCRIPTOR.fields_by_name["my_thing_param"]
    assert set(field.message_type.fields_by_name) == {"filler", "channel_shared"}
    assert f"my_thing_param = {field.number};" in (made / "my_thing/my_thing.proto").read_text()
    net = read_net(made / "train" / "net.prototxt", schema).parameter
    assert [layer.type for layer in net.layer][1:3] == ["MyThing", "ReLU"]
    assert net.layer[1].my_thing_param.filler.value == pytest.approx(0.1)
    solver = read_solver(made / "train" / "solver.prototxt", schema).parameter
    assert solver.snapshot_prefix == "train/my_thing"


@pytest.mark.parametrize("name", ["my-thing", "thing", "a2-b3-4c"])
def test_the_message_is_compiled_as_protoc_does(owltf: Owltf, name: str) -> None:
    pytest.importorskip("grpc_tools")
    assert owltf(name).exit_code == 0
    package = name.replace("-", "_")
    compiled = Path(name, package, f"{package}.pb")
    written = compiled.read_bytes()
    compile_extension(compiled.with_suffix(".proto"))
    assert compiled.read_bytes() == written


def test_a_layer_may_be_named_otherwise(owltf: Owltf) -> None:
    result = owltf("my-layers", "--layer", "SoftLRN2", "--output", "elsewhere")
    assert result.exit_code == 0
    folder = Path("elsewhere")
    assert {"my_layers/__init__.py", "my_layers/soft_lrn2.pb"} <= files(folder)
    assert 'caffe_type = "SoftLRN2"' in (folder / "my_layers" / "soft_lrn2.py").read_text()
    assert "soft_lrn2_param" in (folder / "my_layers" / "soft_lrn2.proto").read_text()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("shrink", PluginNames("shrink", "shrink", "Shrink", "shrink")),
        ("my-thing", PluginNames("my-thing", "my_thing", "MyThing", "my_thing")),
        ("my_thing2", PluginNames("my_thing2", "my_thing2", "MyThing2", "my_thing2")),
    ],
)
def test_names_follow_from_the_plugins(name: str, names: PluginNames) -> None:
    assert PluginNames.of(name) == names


def test_the_example_has_the_form_of_a_new_plugin(owltf: Owltf, tmp_path: Path) -> None:
    assert owltf("my-layer-plugin", "--layer", "Shrink").exit_code == 0
    made = tmp_path / "my-layer-plugin"
    # Who tries the example leaves snapshots and caches there.
    assert files(made) <= files(EXAMPLE)
    # The example adds a solver too.
    hooks = "my_layer_plugin/__init__.py"
    theirs = [line for line in lines(made / hooks) if "import LayerConverter" not in line]
    assert set(theirs) <= set(lines(EXAMPLE / hooks))
    for name in ("pyproject.toml", "my_layer_plugin/shrink.proto"):
        ours, theirs = (lines(folder / name) for folder in (EXAMPLE, made))
        assert ours == theirs


def lines(path: Path) -> list[str]:
    """Return the lines of a file but for those that tell one plugin from another."""
    own = ("version", "description", "license", "  optional", "extend", "message")
    return [line for line in path.read_text().splitlines() if not line.startswith(own)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["My-Thing"], "NAME must be words of small letters and digits joined by '-', such as"),
        (["my thing"], "such as my-thing; got 'my thing'"),
        (["2things"], "got '2things'"),
        (["my--thing"], "got 'my--thing'"),
        (["../thing"], "got '../thing'"),
        (["class"], "'class' cannot be a name: 'class' is a word of Python"),
        (["thing", "--layer", "Class"], "'Class' cannot be a name: 'class' is a word of Python"),
        (["thing", "--layer", "thing"], "--layer must be a type such as MyThing; got 'thing'"),
        (["json"], "there is a Python module 'json'; choose another NAME"),
        (["relu"], "layers have the field relu_param already; choose another NAME or --layer"),
        (["silence"], "Caffe has a layer type Silence; choose another NAME or --layer"),
        (["thing", "--layer", "AbsVal"], "Caffe has a layer type AbsVal"),
        (["thing", "--output", "no/folder"], "no/folder: cannot be written: no such file or"),
        (["thing", "--output", "."], ". is there already; name another folder with --output"),
        ([], "missing argument 'NAME'"),
    ],
)
def test_refusals_are_one_line(
    owltf: Owltf, tmp_path: Path, words: list[str], message: str
) -> None:
    result = owltf(*words)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("owltf: error: ")
    assert message in line
    assert not list(tmp_path.iterdir())


def test_what_is_there_stays(owltf: Owltf, made: Path) -> None:
    (made / "README.md").write_text("mine")
    result = owltf("my-thing")
    assert result.exit_code == 2
    assert result.stderr == (
        "owltf: error: my-thing is there already; name another folder with --output\n"
    )
    assert (made / "README.md").read_text() == "mine"


def test_an_installed_plugin_keeps_its_name(
    owltf: Owltf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OWLTF_PLUGINS", "owltf_tester")
    result = owltf("owltf-tester")
    assert result.stderr == (
        "owltf: error: a plugin named 'owltf_tester' is installed; choose another NAME\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_error_on_the_way_leaves_nothing(
    owltf: Owltf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(text: str) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_plugin, "_compiled", full)
    result = owltf("my-thing")
    assert result.exit_code == 2
    assert result.stderr == ("owltf: error: my-thing: cannot be written: no space left on device\n")
    assert not list(tmp_path.iterdir())


def schema_with(field: str, number: int, folder: Path) -> Schema:
    """Return the format with a field of that number."""
    pytest.importorskip("grpc_tools")
    path = folder / "other.proto"
    path.write_text(
        'syntax = "proto2"; import "caffe.proto";'
        f"extend caffe.LayerParameter {{ optional bool {field} = {number}; }}"
    )
    return load_schema([path])


def test_the_number_follows_from_the_field_and_is_free(tmp_path: Path) -> None:
    first = free_number("my_thing_param", load_schema())
    assert first in NUMBERS
    assert first == free_number("my_thing_param", load_schema())
    assert first != free_number("thing_param", load_schema())
    assert free_number("my_thing_param", schema_with("other", first, tmp_path)) == first + 1


def test_tensorflow_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from owltf.cli import cli; cli(['new-plugin', 'x'], standalone_mode=False); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "x" / "pyproject.toml").exists()
