"""owltf.api and the hooks are what docs/plugins.md says, and its examples work."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import owltf_exporter
import pluggy
import pytest
from click.testing import CliRunner
from plugin_modules import plugin

from owltf import api, testing
from owltf.caffe.net.net_file import open_net_file
from owltf.cli import Commands
from owltf.convert.context import NetContext
from owltf.plugin import hookspecs
from owltf.plugin.manager import make_manager
from owltf.plugin.run_options import run_options
from owltf.registry.markers import PROJECT
from owltf.registry.registry import Registry
from owltf.runtime.devices import one_cpu
from owltf.testing import pytest_plugin
from owltf.train.prepare import RunOptions, prepare
from owltf.train.trainer import Trainer

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "plugins.md").read_text()
SECTIONS = {text.split("\n")[0]: text for text in DOCS.split("\n## ")}
SHRINK = ROOT / "examples" / "my_layer_plugin" / "my_layer_plugin"
HOOK = re.compile(r"^### `(owltf_\w+)\((.*)\)`$", re.MULTILINE)
NAME = re.compile(r"^\| `(\w+)` \| .+ \| `(.+)` \|$", re.MULTILINE)

NET = """
layer { name: "data" type: "Counting" top: "x" }
layer { name: "sign" type: "SoftSign" bottom: "x" top: "sign" }
layer { name: "drop" type: "Dropout" bottom: "sign" top: "drop" }
layer { name: "shrink" type: "Shrink" bottom: "drop" top: "shrink" shrink_param { } }
layer { name: "ip" type: "InnerProduct" bottom: "shrink" top: "ip"
  inner_product_param { num_output: 1 weight_filler { type: "half_normal" std: 2 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "x" top: "loss" }
"""
SOLVER = """
net: "net.prototxt" type: "SignSGD" base_lr: 0.5 lr_policy: "cosine" momentum: 0.9 max_iter: 2
display: 1 test_iter: 1 test_interval: 2 random_seed: 1 snapshot_prefix: "n"
"""


def blocks() -> str:
    """Return all Python of the page as one module, but for that which is a plugin by itself."""
    page = DOCS.replace(SECTIONS["A logger with an option of its own"], "")
    return "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))


@pytest.fixture(scope="module")
def documented() -> ModuleType:
    """Run the page's examples as a plugin's module that lies beside the example plugin's."""
    module = ModuleType("documented")
    module.__file__ = str(SHRINK / "__init__.py")
    exec(compile(blocks(), "docs/plugins.md", "exec"), module.__dict__)
    return module


@pytest.fixture
def manager(documented: ModuleType) -> Iterator[pluggy.PluginManager]:
    """Return a manager that knows the page's examples, and the example plugin's layer."""
    manager = make_manager()
    manager.register(documented, "documented")
    sys.path.insert(0, str(SHRINK.parent))
    manager.register(ModuleWithShrink, "shrink")
    yield manager
    sys.path.remove(str(SHRINK.parent))
    for name in [each for each in sys.modules if each.split(".")[0] == SHRINK.name]:
        del sys.modules[name]


class ModuleWithShrink:
    """The converter of the example plugin, which the page's schema belongs to."""

    @staticmethod
    @api.hookimpl
    def owltf_layer_converters() -> list[type]:
        from my_layer_plugin.shrink import Shrink

        return [Shrink]


def test_every_hook_is_documented_with_its_arguments() -> None:
    specs = {
        name: ", ".join(inspect.signature(function).parameters)
        for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
        if hasattr(function, f"{PROJECT}_spec")
    }
    assert dict(HOOK.findall(DOCS)) == specs


def test_hooks_are_documented_in_the_order_of_a_run() -> None:
    lines = inspect.getsource(hookspecs)
    assert [name for name, _ in HOOK.findall(DOCS)] == re.findall(r"^def (owltf_\w+)", lines, re.M)


@pytest.mark.parametrize(("name", "arguments"), HOOK.findall(DOCS))
def test_a_hooks_paragraph_is_complete(name: str, arguments: str) -> None:
    section = DOCS.split(f"### `{name}(", 1)[1].split("\n## ")[0].split("\n### ")[0]
    assert "Result: " in section
    assert f"def {name}(" in section
    for argument in filter(None, arguments.split(", ")):
        assert f"- `{argument}`: " in section


@pytest.mark.parametrize("module", [api, testing])
def test_every_public_name_is_documented_once(module: ModuleType) -> None:
    names = NAME.findall(SECTIONS[module.__name__])
    assert [name for name, _ in names] == module.__all__


def test_every_fixture_is_documented() -> None:
    table = SECTIONS["owltf.testing"].split("### Fixtures")[1]
    named = {name for row in re.findall(r"^\| (`.+?) \|", table, re.M) for name in row.split(", ")}
    assert named == {f"`{name}`" for name in pytest_plugin.FIXTURES}


def test_every_option_of_the_contract_is_documented() -> None:
    options = set(inspect.signature(testing.check_converter).parameters)
    documented = re.findall(r"^\| `(\w+)=.+` \|", SECTIONS["owltf.testing"], re.M)
    assert options - {"net", "bottoms", "params", "top_grads"} == set(documented)


@pytest.mark.parametrize("example", [example for _, example in NAME.findall(DOCS)])
def test_an_example_line_is_python(example: str) -> None:
    ast.parse(example)


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module in (api, testing) for name in module.__all__]
)
def test_every_public_name_is_there(module: ModuleType, name: str) -> None:
    assert getattr(module, name).__doc__


@pytest.mark.parametrize("module", [api, testing])
def test_an_unknown_name_is_an_attribute_error(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"'{module.__name__}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018


def test_importing_the_api_does_not_import_tensorflow() -> None:
    code = "import sys, owltf.api, owltf.testing; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_documented_schema_is_read(manager: pluggy.PluginManager) -> None:
    assert manager.hook.owltf_schema() == [[SHRINK / "shrink.pb"]]
    fields = Registry(manager).schema.message("LayerParameter").DESCRIPTOR.fields_by_name
    assert fields["shrink_param"].number == 2001


def test_the_documented_command_counts_parameters(
    manager: pluggy.PluginManager, tmp_path: Path
) -> None:
    group = Commands("owltf")
    manager.hook.owltf_add_command(commands=group)
    (tmp_path / "net.prototxt").write_text(NET)
    counts: list[int] = []
    manager.register(plugin(my_plugin_counted=lambda count: counts.append(count)), "listening")
    ran = CliRunner().invoke(
        group, ["count", str(tmp_path / "net.prototxt")], obj=Registry(manager)
    )
    assert ran.output.splitlines()[-1] == "3"
    assert counts == [3]


def test_the_documented_class_and_option_are_there(manager: pluggy.PluginManager) -> None:
    assert Registry(manager).classes["Counter"] == "collections:Counter"
    (option,) = run_options(manager)["documented"]
    assert option.opts == ["--shout"]


def test_the_documented_layer_is_checked_by_the_documented_check(
    documented: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    x = np.random.default_rng(0).normal(size=(4, 3))
    with testing.use_plugins(documented, owltf_exporter):
        testing.check_converter(testing.one_layer('type: "SoftSign"', x.shape), [x])
        assert "not checked" not in capsys.readouterr().out
        logarithm = testing.one_layer('type: "Log"', x.shape)
        with pytest.raises(AssertionError, match="tops must be finite for zeros"):
            testing.check_forms(logarithm, [1 + np.abs(x)])


def test_a_net_of_all_documented_parts_is_trained(
    manager: pluggy.PluginManager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    Path("solver.prototxt").write_text(SOLVER)
    registry = Registry(manager)
    file = open_net_file("solver.prototxt", registry.schema)
    options = RunOptions(plugin_options={"shout": True})
    start = prepare(file, NetContext(registry, "TRAIN"), one_cpu(), options)
    first = start.nets.train.get_params()["ip"][0].item()
    assert first > 0
    assert start.nets.train.graph.layers[2].parameter.dropout_param.dropout_ratio == np.float32(0.3)
    assert Trainer(start).run() == 0
    last = start.nets.train.get_params()["ip"][0].item()
    # The cosine is 1 at the first of two iterations, and a half at the second.
    assert abs(last - first) in (pytest.approx(0.75), pytest.approx(0.25))
    said = capsys.readouterr().out
    for part in (
        " (TRAIN): 6 blobs\n",
        ": 3 parameters on 1 devices\n",
        "Test net 0 after 0 updates\n",
        "Iterations 1 to 1: mean loss ",
        "\n1 {'loss': ",
        "n_iter_2.caffemodel: ",
        " FINISHED AFTER 2 UPDATES\n",
    ):
        assert part in said
    assert [line.split(" ")[0] for line in Path("scores.txt").read_text().splitlines()] == [
        "0",
        "2",
    ]
