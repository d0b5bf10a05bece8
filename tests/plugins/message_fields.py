"""The fields of plugins' messages, and the names that their code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

PLUGINS = Path(__file__).parents[2] / "plugins"


def message_fields(package: str) -> set[tuple[str, str]]:
    """Return the message and the name of each field that a plugin adds to Caffe's format."""
    found: set[tuple[str, str]] = set()
    for path in (PLUGINS / package).glob("*.pb"):
        for file in FileDescriptorSet.FromString(path.read_bytes()).file:
            if file.package == package:
                for message in file.message_type:
                    found.update(_fields(message))
                found.update((each.extendee.split(".")[-1], each.name) for each in file.extension)
    return found


def _fields(message: DescriptorProto) -> Iterator[tuple[str, str]]:
    yield from ((message.name, field.name) for field in message.field)
    for nested in message.nested_type:
        yield from _fields(nested)


def names_said(package: str) -> set[str]:
    """Return the attributes, and the words of texts, in a plugin's code without its docstrings."""
    found: set[str] = set()
    for path in (PLUGINS / package).rglob("*.py"):
        tree = ast.parse(path.read_text())
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in docstrings:
                found.update(re.findall(r"\w+", str(node.value)))
    return found
