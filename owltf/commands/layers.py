"""owltf layers: which Caffe layer types are converted, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click


@click.command()
@click.argument("net", required=False, metavar="[NET]")
@click.option("--markdown", is_flag=True, help="Print the table in Markdown.")
@click.option(
    "--phase",
    type=click.Choice(["TRAIN", "TEST"]),
    help="Look at a net's layers of this phase only.",
)
@click.pass_context
def layers(context: click.Context, net: str | None, markdown: bool, phase: str | None) -> None:
    """List the layer types, or say which layers of a NET are supported.

    NET is a net's prototxt. All its layers are judged at once; the exit status is 1 if any is not
    supported.
    """
    if net is None:
        _print(("type", "converter", "from"), list(_types(context.obj)), markdown)
        return
    rows = list(_judged(context.obj, net, phase))
    _print(("layer", "type", "where", "supported"), rows, markdown)
    context.exit(1 if any(row[-1] != "yes" for row in rows) else 0)


def _types(registry: Any) -> Iterator[tuple[str, str, str]]:
    known = {**registry.converters, **registry.data_layers}
    for name, converter in sorted(known.items()):
        made = converter if isinstance(converter, type) else type(converter)
        yield name, made.__name__, made.__module__


def _judged(registry: Any, file: str, phase: str | None) -> Iterator[tuple[str, ...]]:
    from owltf.caffe.filter import filter_net, net_state
    from owltf.caffe.paths import find_file
    from owltf.caffe.read import read_net

    source = read_net(find_file(file, None), registry.schema)
    seen = set()
    for each in (phase,) if phase else ("TRAIN", "TEST"):
        for row in _judged_phase(registry, filter_net(source, net_state(each)), each):
            if row not in seen:
                seen.add(row)
                yield row


def _judged_phase(registry: Any, source: Any, phase: str) -> Iterator[tuple[str, ...]]:
    from owltf.caffe.graph import Graph
    from owltf.net.build import unsupported_reason
    from owltf.net.context import NetContext

    context = NetContext(registry, phase)
    for layer in Graph.of(source).layers:
        reason = unsupported_reason(layer, context)
        yield layer.name, layer.type, layer.where, reason or "yes"


def _print(headings: tuple[str, ...], rows: list[tuple[str, ...]], markdown: bool) -> None:
    if markdown:
        _print_markdown(headings, rows)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _print_markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    for row in (headings, ("---",) * len(headings), *rows):
        click.echo(f"| {' | '.join(row)} |")
