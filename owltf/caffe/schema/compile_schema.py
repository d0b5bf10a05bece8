"""Compiles a `.proto` into a descriptor set.

Run as `python -m owltf.caffe.schema.compile_schema [FILE.proto]`. Without a file
it is `caffe.proto`, whose descriptors come with owltf.
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
    """Write the descriptor set that owltf loads, or a plugin's beside its text."""
    if not arguments:
        COMPILED.write_bytes(compile_proto(PROTO).SerializeToString(deterministic=True))
        return
    for path in map(Path, arguments):
        try:
            compile_extension(path)
        except OwltfError as error:
            sys.exit(str(error))


def compile_extension(path: Path) -> None:
    """Compile a plugin's `.proto` into a `.pb` beside it, which holds all it needs but Caffe's.

    Raises:
        OwltfError: grpcio-tools is missing, or the file is not valid.
    """
    files = [file for file in compile_proto(path).file if Path(file.name).name != BASE_NAME]
    compiled = FileDescriptorSet(file=files)
    path.with_suffix(".pb").write_bytes(compiled.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(sys.argv[1:])
