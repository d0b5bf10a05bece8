"""The command line: quick help, plugins' commands, and errors in one line."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from owltf import __version__
from owltf.cli import Commands, cli, main
from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager


def commands() -> list[str]:
    """Return the names of the commands that come with owltf."""
    group = click.Group()
    make_manager().hook.owltf_add_command(commands=group)
    return sorted(group.commands)


COMMANDS = commands()
# Runs the command line, then fails if anything slow to import was imported.
LIGHT = """
import sys
from owltf.cli import main
try:
    main()
finally:
    assert not {"tensorflow", "keras", "numpy", "h5py"} & sys.modules.keys()
"""


def test_the_first_commands_are_there() -> None:
    assert {"layers", "plugins", "run"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_imports_nothing_slow(command: tuple[str, ...]) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", LIGHT, *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Usage: {' '.join(['owltf', *command])} [OPTIONS]")


def test_help_lists_the_commands() -> None:
    shown = CliRunner().invoke(cli, ["--help"])
    for name in COMMANDS:
        assert f"\n  {name} " in shown.output


def test_version() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "owltf", "--version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"owltf, version {__version__}\n"


def test_an_unknown_command() -> None:
    ran = CliRunner().invoke(cli, ["rnu"])
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("owltf: error: no such command 'rnu'")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["run"], "missing argument 'SOLVER'; see "),
        (["run", "--snapshot", "two", "solver.prototxt"], "invalid value for '--snapshot'"),
        (["layers", "--phase", "DEPLOY"], "'DEPLOY' is not one of 'TRAIN', 'TEST'"),
        (["run", "--gpus", "2", "solver.prototxt"], "no such option"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: list[str], what: str) -> None:
    ran = CliRunner().invoke(cli, arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert what in line


def test_without_a_command_help_is_shown() -> None:
    ran = CliRunner().invoke(cli, [])
    assert ran.exit_code == 2
    assert ran.stderr.startswith("Usage: ")


@pytest.mark.parametrize("rest", [["layers"], ["--help"]])
def test_a_plugin_that_is_not_there_cannot_be_disabled(rest: list[str]) -> None:
    ran = CliRunner().invoke(cli, ["--disable-plugin", "owltf.layer", *rest])
    assert ran.exit_code == 2
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert line.startswith("owltf: error: no plugin is named 'owltf.layer': did you mean ")
    assert "'owltf.layers'" in line


def test_a_disabled_plugins_commands_are_gone() -> None:
    command = ["--disable-plugin", "owltf.commands", "run", "solver.prototxt"]
    ran = subprocess.run(
        [sys.executable, "-m", "owltf", *command], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "no such command 'run'" in ran.stderr


def test_a_missing_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli, ["run", "missing.prototxt"])
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("owltf: error: missing.prototxt: not found; tried ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "status"), [(OwltfError("put it\nright"), 2), (KeyError("x"), 1)]
)
def test_only_a_users_mistake_is_one_line(error: Exception, status: int) -> None:
    group = Commands("owltf")

    @group.command()
    def fail() -> None:
        raise error

    ran = CliRunner().invoke(group, ["fail"])
    assert ran.exit_code == status
    if status == 1:
        assert ran.exception is error
    else:
        assert ran.stderr == "owltf: error: put it right\n"


def test_ctrl_c_outside_a_run_is_one_line() -> None:
    group = Commands("owltf")

    @group.command()
    def wait() -> None:
        raise KeyboardInterrupt

    ran = CliRunner().invoke(group, ["wait"])
    assert (ran.exit_code, ran.stderr) == (130, "owltf: interrupted\n")


def test_an_error_shows_names_and_does_not_obey_them() -> None:
    group = Commands(name="owltf")

    @group.command()
    def fail() -> None:
        raise OwltfError("layer '[/b]\033]0;pwn\007'\nis wrong")

    shown = CliRunner().invoke(group, ["fail"], color=True)
    assert shown.stderr == "owltf: error: layer '[/b]\\x1b]0;pwn\\x07' is wrong\n"


def test_a_librarys_warning_shows_names_and_does_not_obey_them(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def warn(**_: object) -> None:
        warnings.warn("key 'in\033[31m\n\u202ex'", UserWarning, stacklevel=1)

    monkeypatch.setattr("owltf.cli.cli", warn)
    monkeypatch.setattr(sys, "argv", ["owltf"])
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with pytest.raises(SystemExit):
            main()
    assert capfd.readouterr().err == "UserWarning: key 'in\\x1b[31m \\u202ex'\n"
