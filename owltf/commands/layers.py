"""owltf layers: lists the layer types, or says which layers of a net are supported."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import click

from owltf.commands.table import print_markdown, print_table
from owltf.fork_plugins import who_brings_it
from owltf.signals.stoppable import StoppableCommand

# What `owltf export` needs a form of each layer for.
FORMS = ("onnx", "python")
_NO_FIELD = "neither Caffe's format nor a plugin has it"


@click.command(cls=StoppableCommand)
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

    The columns `onnx` and `python` say whether `owltf export` writes a type as ONNX and as a
    program of plain Keras; they are empty for data layers, losses and the like, which an exported
    net goes without.

    NET is a net's prototxt. All its layers, of every phase and stage, are judged at once, and all
    fields that Caffe's format does not have are listed; the exit status is 1 if anything is not
    supported.
    """
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow()
    show = print_markdown if markdown else print_table
    if net is None:
        show(("type", "converter", "from", *FORMS), list(_types(context.obj)))
        return
    rows = list(_judged(context.obj, net, phase))
    show(("layer", "type", "where", "supported"), rows)
    context.exit(1 if any(row[-1] != "yes" for row in rows) else 0)


def _types(registry: Any) -> Iterator[tuple[str, ...]]:
    found = [(name, each) for name, several in registry.converters.items() for each in several]
    found += registry.data_layers.items()
    for name, converter in sorted(found, key=itemgetter(0)):
        kind = converter if isinstance(converter, type) else type(converter)
        yield name, kind.__name__, kind.__module__, *form_words(converter)


def form_words(converter: Any) -> tuple[str, ...]:
    """Return whether a type has each of `FORMS`, yes or no; nothing of what is not exported."""
    from owltf.convert.converter import LayerConverter
    from owltf.convert.onnx_node import onnx_form
    from owltf.convert.source_call import without_source

    is_data = not isinstance(converter, LayerConverter)
    if is_data or converter.is_loss or converter.is_judge or converter.tops == (0, 0):
        return ("",) * len(FORMS)
    has = (converter.passes_on or onnx_form(converter), not without_source(converter))
    return tuple("yes" if each else "no" for each in has)


def _judged(registry: Any, file: str, phase: str | None) -> Iterator[tuple[str, ...]]:
    from owltf.caffe.file_kind import NET
    from owltf.caffe.net.net_file import open_net_file
    from owltf.convert.context import NetContext

    opened = open_net_file(file, registry.schema, wanted=NET, ignore_unknown_fields=True)
    source = opened.source(phase) if phase else opened.read
    _check_makers(source, phase or "TEST")
    yield from _judged_layers(source, NetContext(registry, phase or "TEST"))
    for field in source.ignored:
        where, name = field.rsplit(": ", 1)
        yield "", name, where, f"no: {who_brings_it(name) or _NO_FIELD}"


def _check_makers(source: Any, phase: str) -> None:
    """Refuse a net in which a layer takes a blob that no layer of any phase or stage makes."""
    from owltf.caffe.net.filter import filter_net, net_state
    from owltf.caffe.net.graph import Graph

    layers = source.parameter.layer
    made = {top for layer in layers for top in layer.top}
    if not layers or not all(bottom in made for layer in layers for bottom in layer.bottom):
        Graph.of(filter_net(source, net_state(phase)))


def _judged_layers(source: Any, context: Any) -> Iterator[tuple[str, ...]]:
    from owltf.caffe.net.graph import GraphLayer
    from owltf.net.unsupported import unsupported_reason

    for index, layer in enumerate(source.parameter.layer):
        where = source.where(index)
        reason = unsupported_reason(GraphLayer(layer, where, layer.name), context)
        yield layer.name, layer.type, where, _judgement(reason, where)


def _judgement(reason: str | None, where: str) -> str:
    """Return "yes", or the error's sentence without the place and the list of known types.

    The table and `owltf layers` show these anyway.
    """
    if reason is None:
        return "yes"
    return f"no: {reason.split(f'({where}): ', 1)[-1].split(': known: ')[0]}"
