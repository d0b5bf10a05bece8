"""owltf new-plugin: writes a small plugin that a user can start from."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import chain, count
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import Any
from zlib import crc32

import click

from owltf.errors import OwltfError
from owltf.signals.stoppable import StoppableCommand

TEMPLATE = Path(__file__).with_name("plugin_template")
# The path in the plugin of each file of the template.
FILES = {
    "README.md.txt": "README.md",
    "pyproject.toml.txt": "pyproject.toml",
    "package/hooks.py.txt": "$package/__init__.py",
    "package/layer.py.txt": "$package/$module.py",
    "package/layer.proto.txt": "$package/$module.proto",
    "package/layer.pb.txt": "$package/$module.pb",
    "tests/test_layer.py.txt": "tests/test_$module.py",
    "train/net.prototxt.txt": "train/net.prototxt",
    "train/solver.prototxt.txt": "train/solver.prototxt",
}
# Field numbers above those that forks of Caffe use, and below those that protobuf reserves.
NUMBERS = range(1000, 19000)
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_TYPE = re.compile(r"[A-Z][A-Za-z0-9]*")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@click.command("new-plugin", cls=StoppableCommand)
@click.argument("name", metavar="NAME")
@click.option(
    "--layer",
    metavar="TYPE",
    help="The layer type; the words of NAME in one unless given, MyThing for my-thing.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder to make; NAME unless given.",
)
@click.pass_context
def new_plugin(context: click.Context, name: str, layer: str | None, output: Path | None) -> None:
    """Write an installable plugin to start from.

    NAME is its name, such as my-thing. The plugin has one layer type with weights and a message of
    its own, tests, a net to train, and a README that says how it becomes yours in three steps.
    """
    names = PluginNames.of(name, layer)
    _check_free(names, context.obj)
    folder = output or Path(name)
    if folder.exists() or folder.is_symlink():
        raise OwltfError(f"{folder} is there already; name another folder with --output")
    write_plugin(folder, names, free_number(names.field, context.obj.schema))
    click.echo(f"{folder}: a plugin with the layer type {names.type}; {folder / 'README.md'} next")


@dataclass(frozen=True)
class PluginNames:
    """The names of a plugin and of its parts.

    Attributes:
        name: the distribution, as `my-thing`.
        package: the Python package, which is the plugin's name too: `my_thing`.
        type: the layer type: `MyThing`.
        module: the module of the layer: `my_thing`.
    """

    name: str
    package: str
    type: str
    module: str

    @property
    def field(self) -> str:
        """The name of the layer's field in a prototxt: `my_thing_param`."""
        return f"{self.module}_param"

    @property
    def values(self) -> dict[str, Any]:
        """The values of the template's placeholders."""
        json_name = re.sub("_(.)", lambda found: found[1].upper(), self.field)
        return {**asdict(self), "field": self.field, "json_name": json_name}

    @classmethod
    def of(cls, name: str, layer: str | None = None) -> PluginNames:
        """Return the names that follow from a plugin's name, and from a layer type if it is given.

        Raises:
            OwltfError: if a name is not well formed, or is a reserved word of Python.
        """
        if not _NAME.fullmatch(name):
            raise OwltfError(
                f"NAME must be words of small letters and digits joined by '-', such as my-thing; "
                f"got '{name}'"
            )
        if layer is not None and not _TYPE.fullmatch(layer):
            raise OwltfError(f"--layer must be a type such as MyThing; got '{layer}'")
        package = name.replace("-", "_")
        module = _WORD.sub("_", layer).lower() if layer else package
        for each in {package: name, module: layer or name}.items():
            _check_word(*each)
        return cls(name, package, layer or _joined(package), module)


def _joined(package: str) -> str:
    return "".join(word.capitalize() for word in package.split("_"))


def _check_word(identifier: str, given: str) -> None:
    if iskeyword(identifier):
        raise OwltfError(f"'{given}' cannot be a name: '{identifier}' is a word of Python")


def _check_free(names: PluginNames, registry: Any) -> None:
    plugins = {name for name, _ in registry.manager.list_name_plugin()}
    if names.package in plugins:
        raise OwltfError(f"a plugin named '{names.package}' is installed; choose another NAME")
    if find_spec(names.package) is not None:
        raise OwltfError(f"there is a Python module '{names.package}'; choose another NAME")
    if names.field in _fields(registry.schema):
        raise OwltfError(
            f"layers have the field {names.field} already; choose another NAME or --layer"
        )
    if names.type.upper() in _old_types(registry.schema):
        raise OwltfError(f"Caffe has a layer type {names.type}; choose another NAME or --layer")


def _fields(schema: Any) -> Any:
    return schema.message("LayerParameter").DESCRIPTOR.fields_by_name


def _old_types(schema: Any) -> set[str]:
    """Return Caffe's layer types of 2014 in capitals; some, such as `Silence`, have no field."""
    types = schema.message("V1LayerParameter").DESCRIPTOR.enum_types_by_name["LayerType"]
    return {name.replace("_", "") for name in types.values_by_name}


def free_number(field: str, schema: Any) -> int:
    """Return a number for a new field of `LayerParameter` that no installed plugin uses.

    It is computed from the field's name, so that two plugins rarely get the same number.
    """
    taken = {each.number for each in _fields(schema).values()}
    start = crc32(field.encode()) % len(NUMBERS)
    numbers = chain(NUMBERS[start:], NUMBERS[:start], count(NUMBERS.stop + 1000))
    return next(number for number in numbers if number not in taken)


def write_plugin(folder: Path, names: PluginNames, number: int) -> None:
    """Write a plugin into a new folder, completely or not at all.

    Args:
        folder: the folder to make.
        names: the names of its parts.
        number: the number of its field.

    Raises:
        OwltfError: if it cannot be written.
    """
    from owltf.files.atomic import atomic_outputs

    values = {**names.values, "number": number}
    with atomic_outputs(folder) as temporary:
        for source, target in FILES.items():
            path = temporary / Template(target).substitute(values)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = Template((TEMPLATE / source).read_text(encoding="utf-8")).substitute(values)
            path.write_bytes(_compiled(text) if path.suffix == ".pb" else text.encode())


def _compiled(text: str) -> bytes:
    """Return the binary form of a descriptor set given as text, as protoc would write it."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.text_format import Parse

    compiled: bytes = Parse(text, FileDescriptorSet()).SerializeToString(deterministic=True)
    return compiled
