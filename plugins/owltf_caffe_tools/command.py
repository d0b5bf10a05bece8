"""The commands `owltf caffe-tools` and `owltf caffe-tool`."""

from __future__ import annotations

from pathlib import Path

import click

_AS_THEY_ARE = {"allow_interspersed_args": False, "help_option_names": []}


@click.command("caffe-tools")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Replace files that are no launchers, too.")
def caffe_tools(folder: Path, force: bool) -> None:
    r"""Write programs named as Caffe's into a folder, for scripts that call them.

    Each takes the flags of Caffe's program of its name, reads and writes the same files, logs in
    glog's form, and ends with the same exit status. In a folder with Caffe's examples:

    \b
      owltf caffe-tools build/tools
      for each in mnist cifar10 siamese cpp_classification; do
        mkdir -p build/examples && ln -sfn ../tools build/examples/$each; done
    """
    from owltf_caffe_tools.call_program import programs
    from owltf_caffe_tools.launchers import SCRIPTS, write_launchers

    write_launchers(folder, force=force)
    click.echo(f"{folder}: {', '.join(programs())}; each also with .bin; {', '.join(SCRIPTS)}")


@click.command("caffe-tool", hidden=True, context_settings=_AS_THEY_ARE)
@click.argument("name", metavar="PROGRAM")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def caffe_tool(context: click.Context, name: str, arguments: tuple[str, ...]) -> None:
    """Do what Caffe's PROGRAM does; the launchers call this."""
    from owltf_caffe_tools.call_program import call_program

    context.exit(call_program(context, name, arguments))
