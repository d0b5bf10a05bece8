"""A whole program: one function that builds the net, and what it needs around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from owltf.api import Net, OwltfError
from owltf_exporter.export_job import Exported
from owltf_exporter.keras_program.calls import Call, calls_of
from owltf_exporter.keras_program.statements import statement

_WIDTH = 100

_HEAD = '''"""{title}

Made by owltf from a Caffe net; it needs Keras alone, on TensorFlow.

    from {module} import build

    model = build()
    tops = model({{{inputs}}})

Blobs go in and come out in Caffe's order, images as (N, C, H, W).
"""

from pathlib import Path

import keras
import numpy as np
{parts}
WEIGHTS = Path(__file__).with_suffix(".npz")
'''

_BUILD = '''
def build(weights=WEIGHTS):
    """Return the net: a model from {inputs} to {outputs}.

    Args:
        weights: the file with its weights; None leaves them as Keras starts them.
    """
{body}
    if weights is not None:
        load(model, weights)
    return model


def load(model, weights):
    """Give a model the weights of a file, arrays named LAYER/WEIGHT."""
    with np.load(weights) as arrays:
        for layer in model.layers:
            for weight in layer.weights:
                weight.assign(arrays[f"{{layer.name}}/{{weight.name}}"])
'''


def program_of(exported: Exported, module: str) -> str:
    """Return a net as the source text of a Keras program.

    Args:
        exported: the net.
        module: what the program will be imported as.

    Raises:
        OwltfError: if some layers have no form in plain Keras; all are listed.
    """
    net, calls, needs = exported.net, list(calls_of(exported.model)), set[str]()
    written = [(call, statement(call, needs)) for call in calls]
    _check(net, [call for call, text in written if text is None])
    body = [_assignment(call, text or "") for call, text in written]
    body.append(_model(exported, calls))
    title = f"{net.name or 'A net'}: {len(net.graph.layers)} layers"
    source = [
        _head(title, module, net, "\n".join([*body, *needs])),
        *sorted(needs),
        _build(net, body),
    ]
    return "\n".join(source)


def _check(net: Net, missing: Sequence[Call]) -> None:
    names = [call.layer.name for call in missing]
    if names:
        # A layer of Caffe's may be several of Keras's.
        layers = dict.fromkeys(net.owners.get(name, f"layer '{name}'") for name in names)
        raise OwltfError(f"--format python has no plain Keras for {', '.join(layers)}")


def _head(title: str, module: str, net: Net, text: str) -> str:
    inputs = ", ".join(f'"{name}": {_word(name)}' for name in net.inputs)
    used = [name for name in ("layers", "ops") if re.search(rf"\b{name}\.", text)]
    parts = f"from keras import {', '.join(used)}\n" if used else ""
    return _HEAD.format(title=title, module=module, inputs=inputs, parts=parts)


def _word(name: str) -> str:
    return re.sub(r"\W+", "_", name)


def _build(net: Net, body: Sequence[str]) -> str:
    inputs, outputs = (
        " and ".join(f"`{name}`" for name in names) for names in (net.inputs, net.outputs)
    )
    return _BUILD.format(inputs=inputs, outputs=outputs, body="\n".join(body))


def _assignment(call: Call, text: str) -> str:
    *first, last = text.split("\n")
    lines = [_line("    x = ", each) for each in first]
    return "\n".join([*lines, _line(f"    {', '.join(call.outputs)} = ", last)])


def _line(start: str, text: str) -> str:
    """Return a statement, broken at its outermost brackets where it is too long."""
    if len(start) + len(text) <= _WIDTH:
        return start + text
    opening = text.index("(") + 1
    closing = _closing(text, opening)
    inside, rest = text[opening:closing], text[closing:]
    return f"{start}{text[:opening]}\n        {inside}\n    {rest}"


def _closing(text: str, opening: int) -> int:
    """Return the place of the bracket that closes what was opened before a place."""
    depth = 1
    for place in range(opening, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    return len(text)


def _model(exported: Exported, calls: Sequence[Call]) -> str:
    made = {id(tensor): name for call in calls for tensor, name in _tensors(call)}
    inputs, outputs = (
        "{" + ", ".join(f"{name!r}: {made[id(tensor)]}" for name, tensor in blobs.items()) + "}"
        for blobs in (exported.model._inputs_struct, exported.model._outputs_struct)
    )
    name = re.sub(r"\W+", "_", exported.net.name) or "net"
    return _line("    model = ", f"keras.Model({inputs}, {outputs}, name={name!r})").replace(
        "'", '"'
    )


def _tensors(call: Call) -> Any:
    return zip(call.made, call.outputs, strict=True)
