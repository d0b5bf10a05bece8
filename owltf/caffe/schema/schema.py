"""The schema: the classes of Caffe's messages, plugins' extensions included."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from owltf.caffe.schema.claims import set_defaults
from owltf.caffe.schema.extensions import Extension, read_extension
from owltf.caffe.schema.merge import MergedSchema, for_binary, merge
from owltf.caffe.schema.protoc import BASE_FOLDER
from owltf.errors import OwltfError


class Schema:
    """Caffe's message classes, kept in a descriptor pool that belongs to this schema alone.

    protobuf's global pool allows one file of a name, so a program that loads another `caffe.proto`
    would clash with it.

    Attributes:
        notes: the changes that bringing the extensions together took, as plain sentences.
        layer_types: the layer types that there are; None if they are not known.
    """

    layer_types: Container[str] | None = None
    _files_of: Callable[[str], Sequence[tuple[Path, ...]]] | None = None
    _numbers_of: Callable[[str], Mapping[int, int]] | None = None

    def __init__(self, merged: MergedSchema) -> None:
        """Build the descriptor pools of a merged file."""
        self.notes: tuple[str, ...] = tuple(merged.notes)
        self._by_files: dict[tuple[Path, ...], Schema] = {}
        self._names = merged.names
        self._pool = _pool(merged, merged.file)
        self._binary_pool = _pool(merged, for_binary(merged)) if merged.text_only else self._pool

    def knowing(
        self,
        layer_types: Container[str],
        files_of: Callable[[str], Sequence[tuple[Path, ...]]] | None = None,
        numbers_of: Callable[[str], Mapping[int, int]] | None = None,
    ) -> "Schema":
        """Return the schema with the layer types that there are, for errors that tell the others.

        Args:
            layer_types: they, as something that `in` can be asked of.
            files_of: returns the groups of schema files by which a layer type can be read, those
                of the plugins that bring it.
            numbers_of: returns the numbers of a layer type's plugins by those of its fork, where
                these are not free.
        """
        schema = copy(self)
        schema.layer_types, schema._files_of = layer_types, files_of
        schema._numbers_of = numbers_of
        return schema

    def message(self, name: str) -> Any:
        """Return the class of a message: `NetParameter`, or a plugin's `its_package.MyParam`."""
        return self._class(self._pool, name)

    @property
    def descriptor(self) -> Any:
        """The file that all messages and enums are in."""
        return self.message("NetParameter").DESCRIPTOR.file

    def binary_message(self, name: str) -> Any:
        """Return the class of a message for reading binary files.

        It lacks fields of two plugins with the same number: in a file that number could mean
        either of them.
        """
        return self._class(self._binary_pool, name)

    def binary_layer(self, layer: Any) -> Any:
        """Return a layer of a binary file as the plugin that brings its type reads it.

        In a binary file only that plugin's numbers count, whatever other plugins mean by them. Of
        several plugins that bring the type it is the one that knows the most of the layer.

        Args:
            layer: a `LayerParameter` of `binary_message`, which keeps the fields it does not know.
        """
        groups = self._files_of(layer.type) if self._files_of else ()
        groups = [files for files in groups if files]
        if not groups:
            return layer
        data = layer.SerializePartialToString()
        read = [self._of(files).message("LayerParameter").FromString(data) for files in groups]
        own = min(read, key=_unknown_size)
        found = self.message("LayerParameter")()
        text_format.Parse(text_format.MessageToString(own), found)
        set_defaults(found)
        return found

    def fork_numbers(self, layer_type: str) -> Mapping[int, int]:
        """Return the numbers of a type's plugins by those that its fork has in binary files."""
        return self._numbers_of(layer_type) if self._numbers_of else {}

    def _of(self, files: tuple[Path, ...]) -> "Schema":
        """Return the schema with one plugin's files alone, made once for all its layers."""
        if files not in self._by_files:
            self._by_files[files] = load_schema(files)
        return self._by_files[files]

    def _class(self, pool: DescriptorPool, name: str) -> Any:
        full_name = self._names.get(name, f"caffe.{name}")
        return GetMessageClass(pool.FindMessageTypeByName(full_name))


def _unknown_size(message: Any) -> int:
    """Return how many bytes a message has in fields that its schema does not know."""
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return int(message.ByteSize() - known.ByteSize())


def load_schema(extensions: Iterable[Path] = ()) -> Schema:
    """Load Caffe's schema, extended by `.proto` files or compiled descriptor sets.

    Raises:
        OwltfError: if an extension is missing or not valid, or two add a field of the same name.
    """
    read = [read_extension(Path(path)) for path in extensions]
    if not read:
        return _base_schema()
    for extension in read:
        _check(extension)
    return Schema(merge(_base_file(), read))


@cache
def _base_schema() -> Schema:
    return Schema(merge(_base_file(), ()))


@cache
def _base_file() -> FileDescriptorProto:
    compiled = (BASE_FOLDER / "caffe.pb").read_bytes()
    return FileDescriptorSet.FromString(compiled).file[0]


def _check(extension: Extension) -> None:
    try:
        Schema(merge(_base_file(), [extension]))
    except OwltfError:
        raise
    # Descriptors that do not fit each other raise errors of many types, in protobuf and in `merge`.
    except Exception as error:
        raise OwltfError(f"{extension.path}: {' '.join(str(error).split())}") from error


def _pool(merged: MergedSchema, file: FileDescriptorProto) -> DescriptorPool:
    pool = DescriptorPool()
    for needed in (*merged.imports.values(), file):
        pool.AddSerializedFile(needed.SerializeToString())
    return pool
