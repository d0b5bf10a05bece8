"""Names of a net's are never part of the code of its program."""

from __future__ import annotations

import ast
import re
import tokenize
from io import StringIO

import pytest
from owltf_exporter.export_job import Exported
from owltf_exporter.keras_source.program import program_of

from owltf.api import keras_name
from owltf.testing import net_of

pytest.importorskip("hypothesis")

from hypothesis import (  # noqa: E402
    assume,
    given,
    settings,
    strategies as st,  # noqa: E402
)

# Keras wants an input's key to be its name, which cannot hold what Caffe's may.
pytestmark = pytest.mark.filterwarnings("ignore:When providing `inputs` as a dict:UserWarning")

NET = """
name: {net}
layer {{ name: {data} type: "Input" top: {data}
  input_param {{ shape {{ dim: 1 dim: 3 dim: 6 dim: 6 }} }} }}
layer {{ name: {conv} type: "Convolution" bottom: {data} top: {conv}
  convolution_param {{ num_output: 2 kernel_size: 3 pad: 2 }} }}
layer {{ name: {norm} type: "LRN" bottom: {conv} top: {norm} }}
layer {{ name: {last} type: "InnerProduct" bottom: {norm} top: {last}
  inner_product_param {{ num_output: 2 }} }}
"""
PLAIN = ("net", "data", "conv", "norm", "last")
# What ends a string, a line, a docstring or an expression; what the program calls by name; words.
FRAGMENTS = ['"', "'", '"""', "'''", "\\", "\n", "\r", "\0", "{", "}", "{x}", "%s", "#", "(", ")"]
FRAGMENTS += [
    "[",
    "]",
    ",",
    ";",
    ":",
    "=",
    " ",
    "\t",
    "\x1b[31m",
    "\u2028",
    "\u202e",
    "é",
    "𝔵",
    "ﬁ",
]
FRAGMENTS += ["x", "lrn", "float", "None", "class", "_", "0", "__import__('os')", "\nimport os\n"]
NAMES = st.lists(st.sampled_from(FRAGMENTS) | st.characters(codec="utf-8"), min_size=1, max_size=6)


def quoted(name: str) -> str:
    """Return a name as a prototxt's string."""
    return '"' + "".join(f"\\{byte:03o}" for byte in name.encode()) + '"'


def program(names: tuple[str, ...]) -> str:
    """Return the program of the net with these names."""
    fields = dict(zip(PLAIN, map(quoted, names), strict=True))
    return program_of(Exported(net_of(NET.format(**fields))))


class Anonymous(ast.NodeTransformer):
    """Leaves out what strings hold, and numbers the variables of the function `build`."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if isinstance(node.ctx, ast.Store):
            self.variables.setdefault(node.id, f"v{len(self.variables)}")
        return ast.Name(self.variables.get(node.id, node.id), node.ctx)


def code_of(source: str) -> str:
    """Return all of a program but the strings and the variables' names."""
    return ast.dump(Anonymous().visit(ast.parse(source)))


def strings(source: str) -> list[str]:
    """Return the strings of a program in their order."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return [node.value for node in nodes if isinstance(node.value, str)]


def docstrings(source: str) -> list[str | None]:
    """Return the docstrings of a program."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    return [ast.get_docstring(node) for node in nodes]


PLAIN_PROGRAM = program(PLAIN)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.tuples(*[NAMES.map("".join)] * len(PLAIN)))
def test_names_are_values_of_strings_alone(names: tuple[str, ...]) -> None:
    net, *layers = names
    assume(len(set(layers)) == len(layers))
    made = program(names)
    assert made.isascii()
    assert code_of(made) == code_of(PLAIN_PROGRAM)
    assert docstrings(made) == docstrings(PLAIN_PROGRAM)
    tokens = list(tokenize.generate_tokens(StringIO(made).readline))
    assert not [token for token in tokens if token.type == tokenize.COMMENT]
    data, _, _, last = layers
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(made).body
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call)
        if isinstance(node.targets[0], ast.Name)
    }
    assert constants == {"INPUTS": (data,), "OUTPUTS": (last,)}
    renamed = dict(zip(PLAIN[1:], layers, strict=True))
    for was, value in zip(strings(PLAIN_PROGRAM), strings(made), strict=True):
        stem, dot, rest = was.partition(".")
        if stem in renamed and not rest.startswith("npz"):
            name = renamed[stem]
            # A helper layer's name is counted up where a layer has it.
            assert value == name or value.startswith(keras_name(name) + dot + rest)
        elif was == "net":
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", value)
        else:
            assert value == was


def test_the_program_of_hostile_names_computes_the_same() -> None:
    names = ('"""', 'd"""', "c\\", "n\n", "{last}")
    scope: dict[str, object] = {"__file__": "net.py"}
    exec(compile(program(names), "net.py", "exec"), scope)
    model = scope["build"](None)  # type: ignore[operator]
    assert list(model.input) == ['d"""']
    assert list(model.output) == ["{last}"]
