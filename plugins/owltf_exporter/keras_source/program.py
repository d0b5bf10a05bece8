"""Writes a net as a Python program, whose function `build` makes the Keras model."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from owltf_exporter.export_job import Exported
from owltf_exporter.keras_source.lines import line
from owltf_exporter.keras_source.literal import literal
from owltf_exporter.keras_source.names import identifier
from owltf_exporter.keras_source.statement import Statement, statements_of

_HEAD = '''"""A Caffe net as a Keras model; made by owltf, it needs Keras alone, on TensorFlow.

`build()` returns the model with its weights. It takes blobs by the names in INPUTS and gives those
in OUTPUTS, all in Caffe's order, images as (N, C, H, W):

    model = build()
    tops = model(dict(zip(INPUTS, arrays)))
"""

from pathlib import Path

import keras
import numpy as np
'''

_LOAD = '''
def load(model, weights):
    """Give a model the weights of a file, arrays named LAYER/WEIGHT."""
    with np.load(weights) as arrays:
        for layer in model.layers:
            for weight in layer.weights:
                weight.assign(arrays[f"{layer.name}/{weight.name}"])
'''

_BUILD = '''
def build(weights=WEIGHTS):
    """Return the net as a model.

    Args:
        weights: the file with its weights; None leaves them as Keras starts them.
    """
'''

_BUILT = """
    if weights is not None:
        load(model, weights)
    return model

"""


def program_of(exported: Exported) -> str:
    """Return the ASCII source of a program that builds a net in plain Keras.

    Names from the net are written as literals, and as identifiers of only letters and digits, so
    that whatever they hold, none is ever run as code.

    Raises:
        OwltfError: if plain Keras cannot compute some layers; all are listed.
    """
    statements = statements_of(exported.model, exported.net.owners)
    texts = sorted({text for each in statements for text in each.call.texts})
    body = "\n".join([*map(_assignment, statements), _model(exported, statements)])
    code = "\n".join([_constants(exported), *texts, _BUILD + body + _BUILT + _LOAD])
    return _HEAD + _imports(code) + code


def _imports(code: str) -> str:
    """Return the import of the Keras modules that the program uses."""
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    used = [name for name in ("layers", "ops") if name in names]
    return f"from keras import {', '.join(used)}\n" if used else ""


def _constants(exported: Exported) -> str:
    net = exported.net
    names = {"INPUTS": net.inputs, "OUTPUTS": exported.outputs}
    lines = [line(f"{name} = ", literal(tuple(blobs))) for name, blobs in names.items()]
    return "\n".join(["", 'WEIGHTS = Path(__file__).with_suffix(".npz")', *lines, ""])


def _assignment(statement: Statement) -> str:
    call = statement.call
    lines = [line(f"    {variable} = ", each) for variable, each in call.steps.items()]
    return "\n".join([*lines, line(f"    {', '.join(call.outputs)} = ", statement.expression)])


def _model(exported: Exported, statements: Sequence[Statement]) -> str:
    pairs = [zip(each.call.made, each.call.outputs, strict=True) for each in statements]
    variables = {id(tensor): name for each in pairs for tensor, name in each}
    model, name = exported.model, identifier(exported.net.name or "net")
    blobs = [_blobs(tensors, variables) for tensors in (model.input, model.output)]
    return line("    model = ", f"keras.Model({', '.join(blobs)}, name={literal(name)})")


def _blobs(tensors: Mapping[str, Any], variables: Mapping[int, str]) -> str:
    named = (f"{literal(name)}: {variables[id(each)]}" for name, each in tensors.items())
    return f"{{{', '.join(named)}}}"
