"""owltf upgrade: rewrites a file of one of Caffe's older formats in the current one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from owltf.errors import OwltfError
from owltf.signals.stoppable import StoppableCommand

_SCREEN = Path("-")
_WEIGHTS_SUFFIXES, _TEXT_SUFFIXES = (".caffemodel", ".h5"), (".prototxt", ".txt")


@click.command(cls=StoppableCommand)
@click.argument("file", metavar="FILE")
@click.argument("out", required=False, type=click.Path(path_type=Path), metavar="[OUT]")
@click.option(
    "--ignore-unknown-fields",
    is_flag=True,
    help="Leave out prototxt fields that owltf does not know.",
)
@click.pass_context
def upgrade(
    context: click.Context, file: str, out: Path | None, ignore_unknown_fields: bool
) -> None:
    """Rewrite a net, a solver or a caffemodel of an older format in Caffe's current one.

    FILE is a prototxt of a net or a solver, or a caffemodel. The new file goes to OUT, whole or
    not at all; a prototxt goes to the screen without one, or if OUT is -. Comments are lost.
    """
    from owltf.caffe.file_kind import CAFFEMODEL, file_kind
    from owltf.caffe.find_file import find_file

    path, out = find_file(file, None), None if out == _SCREEN else out
    if file_kind(path) == CAFFEMODEL:
        _upgrade_weights(path, out, context.obj.schema)
    else:
        options = {"ignore_unknown_fields": ignore_unknown_fields}
        _upgrade_text(path, out, context.obj.schema, options)
    if out is not None:
        click.echo(f"Wrote {out}", err=True)


def _upgrade_text(path: Path, out: Path | None, schema: Any, options: dict[str, bool]) -> None:
    from owltf.caffe.upgrade_file import upgraded_text
    from owltf.files.atomic import atomic_path

    _check_suffix(path, out, _WEIGHTS_SUFFIXES, "text")
    text = upgraded_text(path, schema, **options)
    if out is None:
        click.echo(text, nl=False)
        return
    with atomic_path(out) as temporary:
        temporary.write_text(text)


def _check_suffix(path: Path, out: Path | None, others: Collection[str], kind: str) -> None:
    """Refuse an OUT whose suffix is of the other kind: it may be a file of weights to be kept."""
    if out is not None and out.suffix in others:
        raise OwltfError(f"{path} is {kind}: OUT cannot be {out}, whose name says it is not")


def _upgrade_weights(path: Path, out: Path | None, schema: Any) -> None:
    from owltf.caffe.upgrade_file import upgrade_caffemodel

    _check_suffix(path, out, _TEXT_SUFFIXES, "a caffemodel")
    if out is None:
        raise OwltfError(f"{path} is a caffemodel: give OUT, the file to write")
    upgrade_caffemodel(path, out, schema)
