"""Compiles `.proto` files into descriptor sets, which load without a compiler.

Run as `python -m owltf.caffe.schema.compile_schema [FILE.proto]`. Without a file it compiles
`caffe.proto`, whose descriptors come with owltf.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from owltf.caffe.schema.extensions import BASE_NAME
from owltf.caffe.schema.protoc import BASE_FOLDER, compile_proto
from owltf.errors import OwltfError

PROTO = BASE_FOLDER / "caffe.proto"
COMPILED = BASE_FOLDER / "caffe.pb"


def main(arguments: Sequence[str] = ()) -> None:
    """Compile owltf's own `caffe.proto`, or the given `.proto` files of plugins."""
    if not arguments:
        COMPILED.write_bytes(compile_proto(PROTO).SerializeToString(deterministic=True))
        return
    for path in map(Path, arguments):
        try:
            compile_extension(path)
        except OwltfError as error:
            sys.exit(str(error))


def compile_extension(path: Path) -> None:
    """Compile a plugin's `.proto` into a `.pb` beside it.

    The `.pb` holds the file's descriptors and those of all it imports, except Caffe's.

    Raises:
        OwltfError: if grpcio-tools is missing, or the file is not valid.
    """
    files = [file for file in compile_proto(path).file if Path(file.name).name != BASE_NAME]
    compiled = FileDescriptorSet(file=files)
    path.with_suffix(".pb").write_bytes(compiled.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(sys.argv[1:])
