"""owltf plugins: every plugin with its version, its module, and what it adds."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from owltf import __version__
from owltf.cli import cli

PLUGIN = """
import click
from owltf.api import hookimpl, hookspec

@hookimpl
def owltf_add_command(commands):
    commands.add_command(click.Command("hoot"))

@hookimpl
def owltf_fillers():
    return {"zeros": None, "eights": None}

@hookimpl
def owltf_tested(scores):
    pass

@hookimpl
def owltf_classes():
    return {"Hooter": "owl_nest:Hooter"}

@hookimpl
def owltf_run_options():
    return [click.Option(["-l", "--log"]), click.Option(["--egg/--no-egg"])]

class Specs:
    @hookspec
    def nest_hatched(self, eggs):
        pass

@hookimpl
def owltf_add_hooks(manager):
    manager.add_hookspecs(Specs)

@hookimpl
def nest_hatched(eggs):
    pass
"""
METADATA = "Metadata-Version: 2.1\nName: owl-nest\nVersion: 2.5\n"


def plugins(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, [*options, "plugins"])


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a plugin named `nest`."""
    dist_info = tmp_path / "owl_nest-2.5.dist-info"
    dist_info.mkdir()
    (dist_info / "METADATA").write_text(METADATA)
    (dist_info / "entry_points.txt").write_text("[owltf]\nnest = owl_nest\n")
    (tmp_path / "owl_nest.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("OWLTF_PLUGINS", "nest")


def lines_of(name: str, ran: Result) -> list[str]:
    """Return the lines of one plugin's row."""
    lines = ran.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[0] == name)
    later = [i for i, line in enumerate(lines) if i > start and not line.startswith(" ")]
    return [line.strip() for line in lines[start : min([*later, len(lines)])]]


def test_what_comes_with_owltf_is_listed() -> None:
    ran = plugins()
    assert ran.exit_code == 0
    (commands,) = lines_of("owltf.commands", ran)
    start = ["owltf.commands", __version__, "owltf.commands", "commands:"]
    assert commands.split()[:4] == start
    assert {"layers,", "plugins,"} <= set(commands.split())
    rates, solvers = lines_of("owltf.solvers", ran)
    assert "learning-rate policies: exp, fixed, inv, " in rates
    assert solvers.startswith("solvers: ")
    assert "SGD" in solvers
    (data,) = lines_of("owltf.data", ran)
    assert "data layers: Data, " in data
    (layers,) = lines_of("owltf.layers", ran)
    assert " layers: " in layers
    assert " Convolution, " in layers


@pytest.mark.usefixtures("installed")
def test_an_installed_plugin_is_listed() -> None:
    first, *rest = lines_of("nest", plugins())
    assert first.split() == ["nest", "2.5", "owl_nest", "nest_hatched"]
    assert rest == [
        "commands: hoot",
        "hooks: nest_hatched",
        "classes: Hooter",
        "fillers: eights, zeros",
        "options of owltf run: --egg, --log",
        "owltf_tested",
    ]


@pytest.mark.usefixtures("installed")
def test_a_disabled_plugin_is_not_listed() -> None:
    ran = plugins("--disable-plugin", "nest")
    assert ran.exit_code == 0
    assert "nest" not in ran.stdout
