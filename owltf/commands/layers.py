"""owltf layers: which Caffe layer types are converted, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from owltf.commands.table import print_markdown, print_table


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
    from owltf.train.quiet import start_tensorflow

    start_tensorflow()
    show = print_markdown if markdown else print_table
    if net is None:
        show(("type", "converter", "from"), list(_types(context.obj)))
        return
    rows = list(_judged(context.obj, net, phase))
    show(("layer", "type", "where", "supported"), rows)
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
        yield layer.name, layer.type, layer.where, _judgement(reason, layer.where)


def _judgement(reason: str | None, where: str) -> str:
    """Shorten the error's sentence by what the table or `owltf layers` shows anyway."""
    if reason is None:
        return "yes"
    return f"no: {reason.split(f'({where}): ', 1)[-1].split(': known: ')[0]}"
