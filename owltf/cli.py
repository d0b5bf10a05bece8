"""The command line `owltf`, whose commands come from plugins and whose errors are one line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from owltf import __version__
from owltf.errors import OwltfError
from owltf.files.standard_output import PatientOutput
from owltf.plugin.manager import make_manager
from owltf.printable import printable
from owltf.registry.registry import Registry


class UserError(click.ClickException):
    """A mistake of the user's, shown as one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print one line."""
        line = printable(" ".join(self.message.split()))
        click.echo(f"owltf: error: {line}", err=True)


class Interrupted(click.ClickException):
    """Ctrl-C outside of a training run, which handles it by itself."""

    exit_code = 130

    def show(self, file: Any = None) -> None:
        """Print one line."""
        click.echo("owltf: interrupted", err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Show the user's mistakes as one line, exit status 2."""
    try:
        yield
    except OwltfError as error:
        raise UserError(str(error)) from error
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise
        raise UserError(_usage(error)) from error
    except KeyboardInterrupt as error:
        raise Interrupted("") from error


def _usage(error: click.UsageError) -> str:
    message = error.format_message().removesuffix(".").replace(". Did you", ": did you")
    command = error.ctx.command_path if error.ctx else "owltf"
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"


class Commands(click.Group):
    """A group whose commands come from plugins."""

    def _load(self, context: click.Context) -> None:
        if context.obj is None:
            context.obj = Registry(make_manager(context.params.get("disable_plugin") or ()))
            context.obj.manager.hook.owltf_add_command(commands=self)

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all commands."""
        self._load(context)
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command by name."""
        self._load(context)
        return super().get_command(context, name)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments before the command."""
        with one_line_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        with one_line_errors():
            return super().invoke(context)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="owltf")
@click.option(
    "--disable-plugin",
    multiple=True,
    metavar="NAME",
    is_eager=True,
    help="Leave a plugin out; `owltf plugins` lists their names. May be repeated.",
)
def cli(disable_plugin: tuple[str, ...]) -> None:
    """Train, test and serve Caffe networks on TensorFlow and Keras."""


def _show_warning(message: Warning | str, category: type[Warning], *place: Any, **_: Any) -> None:
    """Show a library's warning in one line: it may hold names out of a file."""
    text = printable(" ".join(str(message).split()))
    click.echo(f"{category.__name__}: {text}", err=True)


def main() -> None:
    """Run the command line."""
    output = PatientOutput()
    warnings.showwarning = _show_warning
    try:
        cli(prog_name="owltf")
    except SystemExit as ending:
        if output.failed() and not ending.code:
            raise SystemExit(UserError.exit_code) from ending
        raise
