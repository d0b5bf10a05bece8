"""owltf upgrade: write an old file in today's form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("file", metavar="FILE")
@click.argument("out", required=False, type=click.Path(path_type=Path), metavar="[OUT]")
@click.pass_context
def upgrade(context: click.Context, file: str, out: Path | None) -> None:
    """Write a net, a solver or a caffemodel of any generation in today's form.

    FILE is a prototxt of a net or a solver, or a caffemodel. The new file goes to OUT, whole or
    not at all; a prototxt goes to the screen without one. Comments are lost.
    """
    from owltf.caffe.kind import CAFFEMODEL, file_kind
    from owltf.caffe.paths import find_file

    path = find_file(file, None)
    if file_kind(path) == CAFFEMODEL:
        _upgrade_weights(path, out, context.obj.schema)
    else:
        _upgrade_text(path, out, context.obj.schema)


def _upgrade_text(path: Path, out: Path | None, schema: Any) -> None:
    from owltf.caffe.atomic import atomic_path
    from owltf.caffe.rewrite import upgraded_text

    text = upgraded_text(path, schema)
    if out is None:
        click.echo(text, nl=False)
        return
    with atomic_path(out) as temporary:
        temporary.write_text(text)


def _upgrade_weights(path: Path, out: Path | None, schema: Any) -> None:
    from owltf.caffe.rewrite import upgrade_caffemodel
    from owltf.errors import OwltfError

    if out is None:
        raise OwltfError(f"{path} is a caffemodel: give OUT, the file to write")
    upgrade_caffemodel(path, out, schema)
